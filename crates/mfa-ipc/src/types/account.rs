//! Accounts and their changes as dictionaries. The daemon and its clients share this code.
//!
//! An account may come from a newer daemon. Unknown kinds of codes and unknown fields are kept as
//! they are, and are no error. If the type, the algorithm, the number of digits or the period is
//! unknown, the kind is [`Kind::Unknown`], and these fields are kept. A field is kept if JSON can
//! represent it: numbers, texts, booleans and lists of texts. A field of any other D-Bus type is
//! dropped on purpose: it is of no use here, and the daemon still has it.
//!
//! # Fields
//!
//! An account is a dictionary with these fields:
//!
//! * `id s`: a UUID
//! * `name s`: the name that a person types
//! * `issuer s`
//! * `username s`: a user name or e-mail address
//! * `type s`: `totp`, `hotp`, `steam`, `motp` or `yandex`
//! * `algorithm s`: `SHA1`, `SHA256` or `SHA512`; `MD5` for `motp`
//! * `digits u`
//! * `period u`: seconds; absent for `hotp`
//! * `counter t`: only for `hotp`
//! * `tags as`
//! * `domains as`: the hosts of the sites where a browser may fill in codes; absent if none, and on the session bus
//! * `pinned b`
//! * `note s`: empty on the session bus
//! * `serial s`: for AWS, an ARN
//! * `created t`, `modified t`: Unix seconds
//!
//! An account never contains a secret. A newer daemon may add types and fields: ignore those that
//! you do not know.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::site::{self, Site};
use mfa_core::{Account, AccountChange, AccountId};
use serde_json::Value;
use zbus::{OwnedVariant, Variant};
use zeroize::Zeroizing;

use crate::Error;
use crate::dict::{AsDict, Dict, Fields, Reader, Writer};

/// The fields of the kind of code.
const OF_CODES: [&str; 5] = ["type", "algorithm", "digits", "period", "counter"];

impl AsDict for Account {
    fn to_dict(&self) -> Fields<'_> {
        let period = self.kind.period().map(Period::get);
        let domains: Vec<_> = self.domains.iter().map(Site::to_string).collect();
        let codes = match self.has_foreign_codes() {
            true => Writer::default(),
            false => Writer::default()
                .put("type", self.kind.as_str())
                .put("algorithm", self.kind.hash(self.algorithm))
                .put("digits", u32::from(self.digits.get()))
                .put_some("period", period.and_then(|p| u32::try_from(p).ok()))
                .put_some("counter", self.kind.counter()),
        };
        let mut fields = codes
            .put("id", self.id.to_string())
            .put("name", self.name.as_str())
            .put("issuer", self.issuer.as_str())
            .put("username", self.username.as_str())
            .put("tags", self.tags.clone())
            .put_some("domains", (!domains.is_empty()).then_some(domains))
            .put("pinned", self.pinned)
            .put("note", self.note.as_str())
            .put("serial", self.serial.as_str())
            .put("created", self.created)
            .put("modified", self.modified)
            .done();
        // Our own fields come first: an unknown field with the same name does not replace one.
        let more = self.more.iter();
        let is_free = |field: &str| self.has_foreign_codes() || !OF_CODES.contains(&field);
        for (field, value) in more.filter(|(field, _)| is_free(field)) {
            if let Entry::Vacant(place) = fields.entry(Cow::Borrowed(field))
                && let Some(value) = to_variant(field, value)
            {
                place.insert(value);
            }
        }
        fields
    }

    fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let id: String = reader.need("id")?;
        let id = AccountId::parse(&id);
        let (codes, mut more) = codes(&mut reader);
        let (kind, algorithm, digits) =
            codes.unwrap_or((Kind::Unknown, Algorithm::default(), Digits::default()));
        let mut account = Self {
            id: id.ok_or_else(|| Error::InvalidAccount("the id is not a UUID".into()))?,
            name: reader.need("name")?,
            issuer: reader.need("issuer")?,
            username: reader.need("username")?,
            kind,
            algorithm,
            digits,
            tags: reader.need("tags")?,
            domains: domains(&mut reader)?,
            pinned: reader.need("pinned")?,
            note: reader.need("note")?,
            serial: reader.need("serial")?,
            created: reader.need("created")?,
            modified: reader.need("modified")?,
            more: BTreeMap::new(),
        };
        let rest = reader.rest().into_iter();
        more.extend(rest.filter_map(|(field, value)| Some((field, to_json(value.into())?))));
        account.more = more;
        Ok(account)
    }
}

/// Reads the domains. Older daemons do not have any. A text of a newer one that is no host here is left out.
fn domains(reader: &mut Reader) -> Result<Vec<Site>, Error> {
    let texts: Option<Vec<String>> = reader.take("domains")?;
    let texts = texts.unwrap_or_default();
    Ok(site::known(texts.iter().map(String::as_str)))
}

/// The kind of code, with its algorithm and digits.
type Codes = (Kind, Algorithm, Digits);

/// Reads the kind of code and removes its fields. If it is unknown, returns these fields, so that they are kept.
fn codes(reader: &mut Reader) -> (Option<Codes>, BTreeMap<String, Value>) {
    let said = OF_CODES.map(|field| reader.raw(field).and_then(|value| to_json(value.into())));
    let codes = known(&said);
    let fields = OF_CODES.map(str::to_owned).into_iter().zip(said);
    let kept = match codes {
        Some(_) => BTreeMap::new(),
        None => fields
            .filter_map(|(field, value)| Some((field, value?)))
            .collect(),
    };
    (codes, kept)
}

fn known([kind, algorithm, digits, period, counter]: &[Option<Value>; 5]) -> Option<Codes> {
    let kind = match Kind::parse(kind.as_ref()?.as_str()?).ok()? {
        Kind::Totp { period: usual } => Kind::Totp {
            period: match period {
                Some(period) => Period::new(period.as_u64()?).ok()?,
                None => usual,
            },
        },
        Kind::Hotp { .. } => Kind::Hotp {
            counter: match counter {
                Some(counter) => counter.as_u64()?,
                None => 0,
            },
        },
        kind => kind,
    };
    if let Some((algorithm, digits)) = kind.fixed() {
        return Some((kind, algorithm, digits));
    }
    let algorithm = Algorithm::parse(algorithm.as_ref()?.as_str()?).ok()?;
    let digits = Digits::new(digits.as_ref()?.as_u64()?).ok()?;
    Some((kind, algorithm, digits))
}

fn to_variant<'v>(field: &str, value: &'v Value) -> Option<Variant<'v>> {
    Some(match value {
        Value::Bool(is) => Variant::from(*is),
        // These fields are `u` for all kinds of codes.
        Value::Number(number) if ["digits", "period"].contains(&field) => {
            u32::try_from(number.as_u64()?).ok()?.into()
        }
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(all) => {
            let texts = all.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>()?.into()
        }
        // No D-Bus field is read as such a value.
        Value::Null | Value::Object(_) => return None,
    })
}

fn to_json(value: Variant<'_>) -> Option<Value> {
    Some(match value {
        Variant::Bool(is) => is.into(),
        Variant::U8(number) => number.into(),
        Variant::I16(number) => number.into(),
        Variant::U16(number) => number.into(),
        Variant::U32(number) => number.into(),
        Variant::U64(number) => number.into(),
        Variant::I32(number) => number.into(),
        Variant::I64(number) => number.into(),
        Variant::F64(number) => number.into(),
        Variant::Str(text) => text.as_str().into(),
        Variant::Array(all) => {
            Vec::<String>::try_from(OwnedVariant::try_from(Variant::Array(all)).ok()?)
                .ok()?
                .into()
        }
        // Dropped on purpose; see the top of this file.
        _ => return None,
    })
}

impl AsDict for AccountChange {
    fn to_dict(&self) -> Fields<'_> {
        Writer::default()
            .put_some("uri", self.uri.as_ref().map(|uri| uri.as_str()))
            .put_some("secret", self.secret.as_ref().map(|text| text.as_str()))
            .put_some("pin", self.pin.as_ref().map(|pin| pin.as_str()))
            .put_some("name", self.name.as_deref())
            .put_some("issuer", self.issuer.as_deref())
            .put_some("username", self.username.as_deref())
            .put_some("type", self.kind.as_deref())
            .put_some("algorithm", self.algorithm.as_deref())
            .put_some("digits", self.digits)
            .put_some("period", self.period)
            .put_some("counter", self.counter)
            .put_some("tags", self.tags.clone())
            .put_some("domains", self.domains.clone())
            .put_some("pinned", self.pinned)
            .put_some("note", self.note.as_deref())
            .put_some("serial", self.serial.as_deref())
            .done()
    }

    /// Reads a change. An unknown field is an error, because its change would be lost.
    fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let change = Self {
            uri: reader.take("uri")?.map(Zeroizing::new),
            secret: reader.take("secret")?.map(Zeroizing::new),
            pin: reader.take("pin")?.map(Zeroizing::new),
            name: reader.take("name")?,
            issuer: reader.take("issuer")?,
            username: reader.take("username")?,
            kind: reader.take("type")?,
            algorithm: reader.take("algorithm")?,
            digits: reader.take("digits")?,
            period: reader.take("period")?,
            counter: reader.take("counter")?,
            tags: reader.take("tags")?,
            domains: reader.take("domains")?,
            pinned: reader.take("pinned")?,
            note: reader.take("note")?,
            serial: reader.take("serial")?,
        };
        reader.finish()?;
        Ok(change)
    }
}

/// The options of `Add`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddOptions {
    /// Allows the secret of another account.
    pub duplicate: bool,
}

impl AddOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(self) -> Fields<'static> {
        let duplicate = self.duplicate.then_some(true);
        Writer::default().put_some("duplicate", duplicate).done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let duplicate = reader.take("duplicate")?.unwrap_or(false);
        reader.finish()?;
        Ok(Self { duplicate })
    }
}

/// The options of `Export`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// The ids of the accounts; without this field, all accounts. The user is asked about each of them as with `Reveal`, but
    /// they count as one secret.
    pub ids: Option<Vec<String>>,
}

impl ExportOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(&self) -> Fields<'_> {
        Writer::default().put_some("ids", self.ids.clone()).done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let ids = reader.take("ids")?;
        reader.finish()?;
        Ok(Self { ids })
    }
}

/// The options of `GetAccount`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryOptions {
    /// Requires that the query is a whole id, serial, `issuer:username` or name, in any case.
    pub exact: bool,
}

impl QueryOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(self) -> Fields<'static> {
        let exact = self.exact.then_some(true);
        Writer::default().put_some("exact", exact).done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let exact = reader.take("exact")?.unwrap_or(false);
        reader.finish()?;
        Ok(Self { exact })
    }
}

/// An account with its secret, as `Export` returns it: the fields of an account, and `uri`.
pub struct Exported {
    /// The account without its secret.
    pub account: Account,
    /// The link with the secret.
    pub uri: Zeroizing<String>,
}

impl AsDict for Exported {
    fn to_dict(&self) -> Fields<'_> {
        let mut fields = self.account.to_dict();
        fields.insert(Cow::Borrowed("uri"), self.uri.as_str().into());
        fields
    }

    fn from_dict(mut dict: Dict) -> Result<Self, Error> {
        let missing = || Error::InvalidAccount("“uri” is missing".into());
        let uri = dict.remove("uri").ok_or_else(missing)?;
        let uri = String::try_from(uri).map_err(|_| missing())?;
        Ok(Self {
            account: Account::from_dict(dict)?,
            uri: uri.into(),
        })
    }
}
