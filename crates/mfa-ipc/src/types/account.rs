//! Accounts as they are listed, and as they are added and changed.

use std::collections::HashMap;

use mfa_core::account::{self, Account, AccountId, Algorithm, Digits, Kind, Period};
use zbus::Variant;
use zeroize::Zeroizing;

use crate::Error;
use crate::dict::{Dict, Reader, Writer};

/// An account as `ListAccounts` returns it: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountInfo {
    /// Its identity, a UUID.
    pub id: String,
    /// What one types.
    pub name: String,
    /// Who issued it.
    pub issuer: String,
    /// Whose it is.
    pub username: String,
    /// `totp`, `hotp`, `steam`, `motp` or `yandex`; the field is called `type`.
    pub kind: String,
    /// `SHA1`, `SHA256` or `SHA512`; `MD5` for `motp`.
    pub algorithm: String,
    /// The length of a code.
    pub digits: u32,
    /// Seconds that a code is valid for; absent for `hotp`.
    pub period: Option<u32>,
    /// The counter of the next code; only for `hotp`.
    pub counter: Option<u64>,
    /// Words to group by.
    pub tags: Vec<String>,
    /// Whether it stands at the top of menus.
    pub pinned: bool,
    /// The user's note; empty on the session bus.
    pub note: String,
    /// The linked serial number, for AWS an ARN.
    pub serial: String,
    /// When it was added, in Unix seconds.
    pub created: u64,
    /// When it was last edited, in Unix seconds.
    pub modified: u64,
}

impl AccountInfo {
    /// As a dictionary.
    #[must_use]
    pub fn to_dict(&self) -> HashMap<&'static str, Variant<'_>> {
        Writer::default()
            .put("id", self.id.as_str())
            .put("name", self.name.as_str())
            .put("issuer", self.issuer.as_str())
            .put("username", self.username.as_str())
            .put("type", self.kind.as_str())
            .put("algorithm", self.algorithm.as_str())
            .put("digits", self.digits)
            .put_some("period", self.period)
            .put_some("counter", self.counter)
            .put("tags", self.tags.clone())
            .put("pinned", self.pinned)
            .put("note", self.note.as_str())
            .put("serial", self.serial.as_str())
            .put("created", self.created)
            .put("modified", self.modified)
            .done()
    }

    /// Reads the dictionary. Fields that a newer daemon may add are passed over.
    ///
    /// # Errors
    /// [`Error::InvalidAccount`] if a field is missing, [`Error::NotSupported`] if one has a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        Ok(Self {
            id: reader.need("id")?,
            name: reader.need("name")?,
            issuer: reader.need("issuer")?,
            username: reader.need("username")?,
            kind: reader.need("type")?,
            algorithm: reader.need("algorithm")?,
            digits: reader.need("digits")?,
            period: reader.take("period")?,
            counter: reader.take("counter")?,
            tags: reader.need("tags")?,
            pinned: reader.need("pinned")?,
            note: reader.need("note")?,
            serial: reader.need("serial")?,
            created: reader.need("created")?,
            modified: reader.need("modified")?,
        })
    }
}

impl From<&Account> for AccountInfo {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name.clone(),
            issuer: account.issuer.clone(),
            username: account.username.clone(),
            kind: account.kind.as_str().to_owned(),
            algorithm: account.kind.hash(account.algorithm).to_owned(),
            digits: account.digits.get().into(),
            period: account
                .kind
                .period()
                .and_then(|p| u32::try_from(p.get()).ok()),
            counter: account.kind.counter(),
            tags: account.tags.clone(),
            pinned: account.pinned,
            note: account.note.clone(),
            serial: account.serial.clone(),
            created: account.created,
            modified: account.modified,
        }
    }
}

impl TryFrom<&AccountInfo> for Account {
    type Error = Error;

    fn try_from(info: &AccountInfo) -> Result<Self, Error> {
        let invalid = |error: account::Error| Error::InvalidAccount(error.to_string());
        let id = AccountId::parse(&info.id);
        let mut kind = Kind::parse(&info.kind).map_err(invalid)?;
        match &mut kind {
            Kind::Totp { period } => {
                *period = Period::new(info.period.unwrap_or(30).into()).map_err(invalid)?;
            }
            Kind::Hotp { counter } => *counter = info.counter.unwrap_or(0),
            Kind::Steam | Kind::Motp | Kind::Yandex => {}
        }
        let (algorithm, digits) = match kind.fixed() {
            Some(fixed) => fixed,
            None => (
                Algorithm::parse(&info.algorithm).map_err(invalid)?,
                Digits::new(info.digits.into()).map_err(invalid)?,
            ),
        };
        Ok(Self {
            id: id.ok_or_else(|| Error::InvalidAccount("the id is no UUID".into()))?,
            name: info.name.clone(),
            issuer: info.issuer.clone(),
            username: info.username.clone(),
            kind,
            algorithm,
            digits,
            tags: info.tags.clone(),
            pinned: info.pinned,
            note: info.note.clone(),
            serial: info.serial.clone(),
            created: info.created,
            modified: info.modified,
        })
    }
}

/// What `Add` and `Update` take: only what is given is set or changed.
///
/// `Add` needs `uri` or `secret`; `Update` takes neither.
#[derive(Default)]
pub struct AccountFields {
    /// An `otpauth://` link.
    pub uri: Option<Zeroizing<String>>,
    /// A secret in base32.
    pub secret: Option<Zeroizing<String>>,
    /// The PIN of 4 to 16 digits, of which codes of `motp` and `yandex` are made, too. It goes with
    /// `secret`; a link has its own.
    pub pin: Option<Zeroizing<String>>,
    /// What one types.
    pub name: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Whose it is.
    pub username: Option<String>,
    /// `totp`, `hotp`, `steam`, `motp` or `yandex`; the field is called `type`.
    pub kind: Option<String>,
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: Option<String>,
    /// The length of a code.
    pub digits: Option<u32>,
    /// Seconds that a code is valid for.
    pub period: Option<u32>,
    /// The counter of the next code.
    pub counter: Option<u64>,
    /// Words to group by.
    pub tags: Option<Vec<String>>,
    /// Whether it stands at the top of menus.
    pub pinned: Option<bool>,
    /// The user's note.
    pub note: Option<String>,
    /// The linked serial number.
    pub serial: Option<String>,
    /// Whether `Add` shall take a secret that another account has already. Nothing else looks at it.
    pub duplicate: Option<bool>,
}

impl AccountFields {
    /// As a dictionary.
    #[must_use]
    pub fn to_dict(&self) -> HashMap<&'static str, Variant<'_>> {
        Writer::default()
            .put_some("uri", self.uri.as_ref().map(|uri| uri.as_str()))
            .put_some("secret", self.secret.as_ref().map(|secret| secret.as_str()))
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
            .put_some("pinned", self.pinned)
            .put_some("note", self.note.as_deref())
            .put_some("serial", self.serial.as_deref())
            .put_some("duplicate", self.duplicate)
            .done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let fields = Self {
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
            pinned: reader.take("pinned")?,
            note: reader.take("note")?,
            serial: reader.take("serial")?,
            duplicate: reader.take("duplicate")?,
        };
        reader.finish()?;
        Ok(fields)
    }
}
