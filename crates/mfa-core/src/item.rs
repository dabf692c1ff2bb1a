//! The text of one keychain item: a link and what a link cannot say.
//!
//! One item holds one account, as JSON. The `otpauth://` link in it is the standard form, so that
//! somebody who looks into the keychain with another program gets something that other
//! authenticators understand. It is text because KWallet refuses anything else, and below 2,560
//! bytes because that is all that Windows' Credential Manager takes.
//!
//! An item of a newer version is refused, not guessed at, and stays as it is.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::account::{self, Account, AccountId};
use crate::secret::Secret;
use crate::uri;

/// The version of the text that is written, and the newest that is read.
pub const VERSION: u32 = 1;
/// The longest text in bytes: what Credential Manager stores (CRED_MAX_CREDENTIAL_BLOB_SIZE).
pub const MAX_BYTES: usize = 2560;

/// An account with its secret, as the vault and the keychain hold it.
#[derive(Debug)]
pub struct Entry {
    /// Everything but the secret.
    pub account: Account,
    /// The secret.
    pub secret: Secret,
}

/// Why an item cannot be read or written. Never holds its text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// It is not the JSON that we write.
    #[error("the item is damaged")]
    Damaged,
    /// It was written by a newer program.
    #[error("the item is of version {0}, this program reads up to {VERSION}: install a newer one")]
    Newer(u32),
    /// Its link cannot be used.
    #[error(transparent)]
    Link(#[from] uri::Error),
    /// Its texts are too long or not printable.
    #[error(transparent)]
    Account(#[from] account::Error),
    /// All its texts together are too long to store.
    #[error("the account's texts are too long together: shorten the note, the names or the tags")]
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
}

/// Writes the text of an item.
///
/// # Errors
/// [`Error::Account`] and [`Error::TooLarge`].
pub fn to_text(account: &Account, secret: &Secret) -> Result<Zeroizing<String>, Error> {
    account.validate()?;
    let uri = uri::print(account, secret);
    let text = Text {
        v: VERSION,
        name: account.name.clone(),
        uri: &uri,
        tags: account.tags.clone(),
        pinned: account.pinned,
        note: account.note.clone(),
        serial: account.serial.clone(),
        created: account.created,
        modified: account.modified,
    };
    // Room enough that the buffer never grows and leaves a copy of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * uri::MAX_BYTES));
    serde_json::to_writer(&mut *bytes, &text).map_err(|_| Error::Damaged)?;
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::Damaged)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Whether two texts of the item `id` say the same, however they are written.
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
        let account = Account {
            id,
            name: text.name,
            issuer: link.issuer,
            username: link.username,
            kind: link.kind,
            algorithm: link.algorithm,
            digits: link.digits,
            tags: text.tags,
            pinned: text.pinned,
            note: text.note,
            serial: text.serial,
            created: text.created,
            modified: text.modified,
        };
        account.validate()?;
        Ok(Self {
            account,
            secret: link.secret,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::account::{Algorithm, Digits, Kind, Period};

    pub(crate) fn entry(byte: u8, name: &str, issuer: &str, username: &str) -> Entry {
        Entry {
            account: Account {
                id: AccountId::from_random([byte; 16]),
                name: name.into(),
                issuer: issuer.into(),
                username: username.into(),
                kind: Kind::Totp {
                    period: Period::default(),
                },
                algorithm: Algorithm::Sha1,
                digits: Digits::default(),
                tags: Vec::new(),
                pinned: false,
                note: String::new(),
                serial: String::new(),
                created: 1,
                modified: 2,
            },
            secret: Secret::from_bytes(vec![byte; 20]).unwrap(),
        }
    }

    #[test]
    fn the_text_holds_everything() {
        let mut full = entry(1, "aws", "Amazon Web Services", "root@1234");
        full.account.tags = vec!["work".into(), "cloud".into()];
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
