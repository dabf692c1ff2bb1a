//! The text of one keychain item: a link, and the fields that a link cannot hold.
//!
//! Each item holds one account, as JSON. It contains the standard `otpauth://` link, so that a user
//! who opens the keychain with another program finds a form that other authenticators understand.
//! It is text, because KWallet accepts nothing else. It has at most 2,560 bytes, because the
//! Credential Manager of Windows takes no more.
//!
//! An item of a newer version is refused and stays as it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::account::{self, Account, AccountId, Kind};
use crate::secret::Secret;
use crate::site::{self, Site};
use crate::uri::{self, Link};

/// The version of the text that is written, and the newest version that is read.
pub const VERSION: u32 = 1;
/// The maximum length of the text in bytes: what Credential Manager stores
/// (CRED_MAX_CREDENTIAL_BLOB_SIZE).
pub const MAX_BYTES: usize = 2560;

/// An account with its secret, as an item of the keychain says it and the daemon holds it in memory.
#[derive(Debug)]
pub struct Entry {
    /// The account without its secret.
    pub account: Account,
    /// The secret.
    pub secret: Secret,
}

/// A reason why an item cannot be read or written. Never contains its text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The text is not valid JSON of an item.
    #[error("the item is damaged")]
    Damaged,
    /// A newer program wrote the item.
    #[error(
        "the item has version {0}, but this program reads only up to {VERSION}: install a newer mfactl"
    )]
    Newer(u32),
    /// The link is invalid.
    #[error(transparent)]
    Link(#[from] uri::Error),
    /// The texts are too long or not printable.
    #[error(transparent)]
    Account(#[from] account::Error),
    /// All texts together are too long to store.
    #[error(
        "the texts of the account are too long in total: shorten the note, the names or the tags"
    )]
    TooLarge,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Serialize, Deserialize)]
struct Text<'t> {
    v: u32,
    name: String,
    #[serde(borrow)]
    uri: &'t str,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(
        default,
        deserialize_with = "domains",
        skip_serializing_if = "Vec::is_empty"
    )]
    domains: Vec<Site>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pinned: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    serial: String,
    #[serde(default)]
    created: u64,
    #[serde(default)]
    modified: u64,
    /// The fields that only a newer program knows.
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

impl<'t> Text<'t> {
    fn new(account: &Account, uri: &'t str) -> Self {
        Self {
            v: VERSION,
            name: account.name.clone(),
            uri,
            tags: account.tags.clone(),
            domains: account.domains.clone(),
            pinned: account.pinned,
            note: account.note.clone(),
            serial: account.serial.clone(),
            created: account.created,
            modified: account.modified,
            more: account.more.clone(),
        }
    }

    /// The entry of the item `id`, with what its link says.
    fn entry(self, id: AccountId, link: Link) -> Result<Entry, Error> {
        let account = Account {
            id,
            name: self.name,
            issuer: link.issuer,
            username: link.username,
            kind: link.kind,
            algorithm: link.algorithm,
            digits: link.digits,
            tags: self.tags,
            domains: self.domains,
            pinned: self.pinned,
            note: self.note,
            serial: self.serial,
            created: self.created,
            modified: self.modified,
            more: self.more,
        };
        account.validate()?;
        Ok(Entry {
            account,
            secret: link.secret,
        })
    }
}

/// Reads the domains of an item. Somebody may have typed something else into them with another program: no code is filled
/// in there, but the account still has its codes.
fn domains<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Site>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let texts = value.as_array().into_iter().flatten();
    Ok(site::known(texts.filter_map(Value::as_str)))
}

/// What an item says of an account beside its link. A field is absent where its value is the usual one.
///
/// A place that keeps accounts in another form than [`to_text`] goes through these, and thereby keeps all of them.
#[must_use]
pub fn fields(account: &Account) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(Text::new(account, "")) else {
        return Map::new();
    };
    fields.remove("v");
    fields.remove("uri");
    fields
}

/// Writes the text of an item.
///
/// # Errors
/// [`Error::Account`] and [`Error::TooLarge`].
pub fn to_text(account: &Account, secret: &Secret) -> Result<Zeroizing<String>, Error> {
    account.validate()?;
    let uri = uri::print(account, secret);
    let text = Text::new(account, &uri);
    // The capacity is large enough that the buffer never grows and leaves a copy of the secret
    // behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * uri::MAX_BYTES));
    serde_json::to_writer(&mut *bytes, &text).map_err(|_| Error::Damaged)?;
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::Damaged)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Returns whether two texts of the item `id` have the same content, however they are written.
#[must_use]
pub fn same(id: AccountId, one: &str, other: &str) -> bool {
    match (Entry::from_text(id, one), Entry::from_text(id, other)) {
        (Ok(one), Ok(other)) => one.account == other.account && one.secret.same_as(&other.secret),
        _ => one == other,
    }
}

impl Entry {
    /// Writes the text of the item.
    ///
    /// # Errors
    /// Those of [`to_text`].
    pub fn to_text(&self) -> Result<Zeroizing<String>, Error> {
        to_text(&self.account, &self.secret)
    }

    /// Moves the counter to that of an older state of the account if that one is larger: a counter never goes back. The
    /// counter of another secret says nothing.
    pub fn keep_counter_of(&mut self, old: &Self) {
        if let (Kind::Hotp { counter }, Kind::Hotp { counter: before }) =
            (&mut self.account.kind, old.account.kind)
            && self.secret.same_as(&old.secret)
        {
            *counter = before.max(*counter);
        }
    }

    /// Reads the text of the item `id`.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Newer`], [`Error::Link`] and [`Error::Account`].
    pub fn from_text(id: AccountId, text: &str) -> Result<Self, Error> {
        let Version { v } = serde_json::from_str(text).map_err(|_| Error::Damaged)?;
        if v > VERSION {
            return Err(Error::Newer(v));
        }
        let text: Text<'_> = serde_json::from_str(text).map_err(|_| Error::Damaged)?;
        let link = uri::parse(text.uri)?;
        text.entry(id, link)
    }

    /// Puts the item `id` together from its link and its [`fields`].
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::Account`].
    pub fn from_fields(
        id: AccountId,
        link: Link,
        mut fields: Map<String, Value>,
    ) -> Result<Self, Error> {
        fields.insert("v".to_owned(), VERSION.into());
        fields.insert("uri".to_owned(), "".into());
        let fields = Value::Object(fields);
        let text = Text::deserialize(&fields).map_err(|_| Error::Damaged)?;
        text.entry(id, link)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::account::Period;

    fn totp() -> Kind {
        let period = Period::default();
        Kind::Totp { period }
    }

    pub(crate) fn entry(byte: u8, name: &str, issuer: &str, username: &str) -> Entry {
        Entry {
            account: Account {
                name: name.into(),
                issuer: issuer.into(),
                username: username.into(),
                modified: 2,
                ..Account::new(AccountId::from_random([byte; 16]), totp(), 1)
            },
            secret: Secret::from_bytes(vec![byte; 20]).unwrap(),
        }
    }

    #[test]
    fn the_text_holds_everything() {
        let mut full = entry(1, "aws", "Amazon Web Services", "root@1234");
        full.account.tags = vec!["work".into(), "cloud".into()];
        full.account.domains = site::known(["signin.aws.amazon.com", "localhost"]);
        full.account.pinned = true;
        full.account.note = "line 1\nline \"2\"".into();
        full.account.serial = "arn:aws:iam::123456789012:mfa/root".into();
        full.account.kind = Kind::Hotp { counter: 7 };
        let text = full.to_text().unwrap();
        let read = Entry::from_text(full.account.id, &text).unwrap();
        assert_eq!(read.account, full.account);
        assert!(read.secret.same_as(&full.secret));
    }

    #[test]
    fn a_link_and_the_fields_are_the_whole_item() {
        let mut full = entry(1, "aws", "Amazon Web Services", "root@1234");
        full.account.tags = vec!["work".into()];
        full.account.note = "a \"note\"".into();
        full.account.more.insert("icon".into(), "a.png".into());
        let fields = fields(&full.account);
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        let expected = ["created", "icon", "modified", "name", "note", "tags"];
        assert_eq!(names, expected);
        let link = uri::parse(&uri::print(&full.account, &full.secret)).unwrap();
        let read = Entry::from_fields(full.account.id, link, fields).unwrap();
        assert_eq!(read.account, full.account);
        let link = uri::parse(&uri::print(&full.account, &full.secret)).unwrap();
        let nameless = Entry::from_fields(full.account.id, link, Map::new());
        assert_eq!(nameless.unwrap_err(), Error::Damaged);
    }

    #[test]
    fn domains_that_are_none_do_not_keep_the_account_away() {
        let plain = entry(1, "aws", "Amazon", "root");
        let text = plain.to_text().unwrap();
        assert!(!text.contains("domains"));
        for (odd, expected) in [
            (r#"["aws.amazon.com","*.x","-",7,"AWS.amazon.com"]"#, 1),
            (r#""aws.amazon.com""#, 0),
            (r#"{"aws.amazon.com":1}"#, 0),
            ("null", 0),
        ] {
            let odd = text.replacen('{', &format!(r#"{{"domains":{odd},"#), 1);
            let read = Entry::from_text(plain.account.id, &odd).unwrap().account;
            assert_eq!(read.domains.len(), expected, "{odd}");
            assert!(read.more.is_empty());
        }
        let mut fields = fields(&plain.account);
        fields.insert("domains".into(), vec!["a.example", "b"].into());
        let link = uri::parse(&uri::print(&plain.account, &plain.secret)).unwrap();
        let read = Entry::from_fields(plain.account.id, link, fields).unwrap();
        assert_eq!(read.account.domains, site::known(["a.example"]));
    }

    #[test]
    fn what_a_newer_program_says_beside_it_stays() {
        let plain = entry(1, "aws", "Amazon", "root");
        let text = plain.to_text().unwrap();
        let newer = text.replacen('{', r#"{"icon":"a.png","uses":[1,2],"#, 1);
        let mut read = Entry::from_text(plain.account.id, &newer).unwrap();
        assert_eq!(read.account.more.len(), 2);
        assert!(!same(plain.account.id, &text, &newer));
        read.account.name = "renamed".into();
        let text = read.to_text().unwrap();
        assert!(text.contains(r#""icon":"a.png""#) && text.contains(r#""uses":[1,2]"#));
    }

    #[test]
    fn a_number_of_a_newer_program_does_not_drift() {
        let plain = entry(1, "aws", "Amazon", "root");
        let number = "44444444444444444444444444444444444444444444444444444441";
        let newer = plain.to_text().unwrap();
        let newer = newer.replacen('{', &format!(r#"{{"size":{number},"#), 1);
        let read = Entry::from_text(plain.account.id, &newer).unwrap();
        assert_eq!(read.account.more["size"].as_f64(), number.parse().ok());
        let again = Entry::from_text(plain.account.id, &read.to_text().unwrap()).unwrap();
        assert_eq!(again.account, read.account);
    }

    #[test]
    fn a_pin_stays_with_its_secret() {
        for kind in [Kind::Motp, Kind::Yandex] {
            let mut pinned = entry(1, "bank", "Bank", "jane");
            pinned.account.kind = kind;
            (pinned.account.algorithm, pinned.account.digits) = kind.fixed().unwrap();
            pinned.secret = pinned.secret.with_pin("0042").unwrap();
            let text = pinned.to_text().unwrap();
            let read = Entry::from_text(pinned.account.id, &text).unwrap();
            assert_eq!(read.account, pinned.account);
            assert_eq!(read.secret.expose_pin(), "0042");
        }
    }

    #[test]
    fn the_longest_names_still_fit_windows() {
        let mut long = entry(1, &"n".repeat(64), &"i".repeat(200), &"u".repeat(200));
        long.account.serial = "s".repeat(200);
        long.secret = Secret::from_bytes(vec![255; 64]).unwrap();
        assert!(long.to_text().unwrap().len() <= 2000);
        long.account.note = "x".repeat(500);
        assert!(long.to_text().unwrap().len() <= MAX_BYTES);
        long.account.issuer = "語".repeat(200);
        assert_eq!(long.to_text().unwrap_err(), Error::TooLarge);
    }

    #[test]
    fn a_newer_or_damaged_item_is_refused_without_showing_it() {
        let id = AccountId::from_random([1; 16]);
        let read = |text| Entry::from_text(id, text).unwrap_err();
        assert_eq!(
            read(r#"{"v":99,"anything":"JBSWY3DPEHPK3PXP"}"#),
            Error::Newer(99)
        );
        for text in ["", "{}", "JBSWY3DPEHPK3PXP", r#"{"v":1,"name":"a"}"#] {
            assert_eq!(read(text), Error::Damaged);
        }
        assert!(!format!("{:?}", read("JBSWY3DPEHPK3PXP")).contains("JBSW"));
    }
}
