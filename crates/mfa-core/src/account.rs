//! An account, without its secret.
//!
//! Everything here may be listed, logged and shown. Ranges are checked when a value is created, so
//! the arithmetic in [`crate::otp`] never sees a period of zero or ten digits.

mod json;
mod kind;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::site::{MAX_DOMAINS, Site};

pub use kind::Kind;

/// The maximum length of a name, in characters.
pub const MAX_NAME: usize = 64;
/// The maximum length of an issuer, user name, serial or tag, in characters.
pub const MAX_FIELD: usize = 200;
/// The maximum length of a note, in characters.
pub const MAX_NOTE: usize = 500;
/// The maximum number of tags of an account.
pub const MAX_TAGS: usize = 16;

/// The id of an account. It never changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(Uuid);

impl AccountId {
    /// Creates an id (UUID version 4) from 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Creates an id from the 16 bytes of a UUID, for stores that keep ids in that form.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the 16 bytes of the UUID.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// Reads the text form, `550e8400-e29b-41d4-a716-446655440000`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The hash function of the HMAC (RFC 6238 section 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC-SHA-1, which nearly every service uses.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Algorithm {
    /// Returns the name in `otpauth://` links and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// Reads a name such as `SHA1`, `sha-256` or `HmacSHA512`.
    ///
    /// # Errors
    /// [`Error::Algorithm`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let plain: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        match plain.strip_prefix("HMAC").unwrap_or(&plain) {
            "SHA1" => Ok(Self::Sha1),
            "SHA256" => Ok(Self::Sha256),
            "SHA512" => Ok(Self::Sha512),
            _ => Err(Error::Algorithm),
        }
    }
}

/// The number of digits of a code: 5 to 9. RFC 4226 requires at least 6, but some services use 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits(u8);

impl Digits {
    /// The number of characters that Steam uses.
    pub const STEAM: Self = Self(5);

    /// Creates a number of digits.
    ///
    /// # Errors
    /// [`Error::Digits`] outside 5 to 9.
    pub fn new(digits: u64) -> Result<Self, Error> {
        match u8::try_from(digits) {
            Ok(digits @ 5..=9) => Ok(Self(digits)),
            _ => Err(Error::Digits),
        }
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Digits {
    fn default() -> Self {
        Self(6)
    }
}

/// The number of seconds that a code is valid: 1 to 86 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(u32);

impl Period {
    /// Creates a period from a number of seconds.
    ///
    /// # Errors
    /// [`Error::Period`] outside 1 to 86 400.
    pub fn new(seconds: u64) -> Result<Self, Error> {
        match u32::try_from(seconds) {
            Ok(seconds @ 1..=86_400) => Ok(Self(seconds)),
            _ => Err(Error::Period),
        }
    }

    /// Returns the number of seconds.
    #[must_use]
    pub fn get(self) -> u64 {
        u64::from(self.0)
    }
}

impl Default for Period {
    fn default() -> Self {
        Self(30)
    }
}

/// An account, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The name that a person types: `aws`. It is unique, regardless of case.
    pub name: String,
    /// The issuer: `Amazon Web Services`. May be empty.
    pub issuer: String,
    /// The user name or e-mail address: `root@123456789012`. May be empty.
    pub username: String,
    /// The kind of code.
    pub kind: Kind,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits of a code.
    pub digits: Digits,
    /// The tags that group accounts.
    pub tags: Vec<String>,
    /// The sites in whose logins a browser may fill in the codes. No site is there twice.
    pub domains: Vec<Site>,
    /// Whether the account is at the top of menus.
    pub pinned: bool,
    /// The note of the user.
    pub note: String,
    /// The serial number by which a service knows the device; for AWS, an ARN. May be empty.
    pub serial: String,
    /// The time when the account was added, in Unix seconds.
    pub created: u64,
    /// The time when the account was last edited, in Unix seconds.
    pub modified: u64,
    /// The fields that only a newer program knows. They are kept as they are.
    pub more: BTreeMap<String, Value>,
}

/// A fault of an account. Never contains what was typed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The name is empty.
    #[error("the name is empty")]
    NoName,
    /// A text is longer than its limit.
    #[error("{field} is longer than {limit} characters")]
    TooLong {
        /// The name of the field.
        field: &'static str,
        /// The maximum number of characters.
        limit: usize,
    },
    /// A text contains control characters, such as a line break.
    #[error("{0} contains control characters")]
    ControlCharacter(&'static str),
    /// The name looks like a link, which may contain a secret.
    #[error("the name is a link: choose another name")]
    NameIsLink,
    /// The name contains characters that are invisible or change the direction of others.
    #[error("the name contains invisible characters")]
    Invisible,
    /// There are more tags than [`MAX_TAGS`].
    #[error("the account has more than {MAX_TAGS} tags")]
    TooManyTags,
    /// There are more domains than [`MAX_DOMAINS`].
    #[error("the account has more than {MAX_DOMAINS} domains")]
    TooManyDomains,
    /// The number of digits is not 5 to 9.
    #[error("the number of digits must be 5 to 9")]
    Digits,
    /// The period is not 1 to 86 400.
    #[error("the period must be 1 to 86400 seconds")]
    Period,
    /// The algorithm is unknown.
    #[error("the algorithm must be SHA1, SHA256 or SHA512")]
    Algorithm,
    /// The type is unknown.
    #[error("the type must be totp, hotp, steam, motp or yandex")]
    Kind,
}

impl Account {
    /// Creates an account with empty fields, at the Unix time `now`.
    #[must_use]
    pub fn new(id: AccountId, kind: Kind, now: u64) -> Self {
        let (algorithm, digits) = kind.fixed().unwrap_or_default();
        Self {
            id,
            name: String::new(),
            issuer: String::new(),
            username: String::new(),
            kind,
            algorithm,
            digits,
            tags: Vec::new(),
            domains: Vec::new(),
            pinned: false,
            note: String::new(),
            serial: String::new(),
            created: now,
            modified: now,
            more: BTreeMap::new(),
        }
    }

    /// Checks the texts. Numbers were checked when they were created.
    ///
    /// # Errors
    /// The first text variant of [`enum@Error`] that applies.
    pub fn validate(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            return Err(Error::NoName);
        }
        check("the name", &self.name, MAX_NAME)?;
        if self.name.contains("://") {
            return Err(Error::NameIsLink);
        }
        if self.name.chars().any(is_invisible) {
            return Err(Error::Invisible);
        }
        check("the issuer", &self.issuer, MAX_FIELD)?;
        check("the user name", &self.username, MAX_FIELD)?;
        check("the serial", &self.serial, MAX_FIELD)?;
        if self.tags.len() > MAX_TAGS {
            return Err(Error::TooManyTags);
        }
        for tag in &self.tags {
            check("a tag", tag, MAX_NAME)?;
        }
        if self.domains.len() > MAX_DOMAINS {
            return Err(Error::TooManyDomains);
        }
        check("the note", &self.note.replace(['\n', '\t'], " "), MAX_NOTE)
    }

    /// Replaces the characters that XML has no place for (<https://www.w3.org/TR/xml/#charsets>). Other KeePass apps would not
    /// open a file with one of them. [`Account::validate`] refuses the control characters.
    #[must_use]
    pub fn fit_for_xml(mut self) -> Self {
        let texts = [
            &mut self.name,
            &mut self.issuer,
            &mut self.username,
            &mut self.serial,
            &mut self.note,
        ];
        for text in texts.into_iter().chain(&mut self.tags) {
            if text.contains(NOT_IN_XML) {
                *text = text.replace(NOT_IN_XML, "\u{fffd}");
            }
        }
        self
    }

    /// Returns a label by which a person recognises the account: `aws (root@123456789012)`.
    #[must_use]
    pub fn label(&self) -> String {
        let detail = if self.username.is_empty() {
            &self.issuer
        } else {
            &self.username
        };
        if detail.is_empty() || *detail == self.name {
            self.name.clone()
        } else {
            format!("{} ({detail})", self.name)
        }
    }

    /// Returns what a question calls the account: its name, and its issuer if that is another one.
    #[must_use]
    pub fn called(&self) -> String {
        if self.issuer.is_empty() || self.issuer.to_lowercase() == self.name.to_lowercase() {
            return self.name.clone();
        }
        format!("{} ({})", self.name, self.issuer)
    }

    /// How a person recognises the account if its name is known already: `Amazon Web Services (root@1234)`.
    #[must_use]
    pub fn described(&self) -> String {
        let issuer = match &*self.issuer {
            issuer if self.username.is_empty() && issuer.eq_ignore_ascii_case(&self.name) => "",
            issuer => issuer,
        };
        match (issuer, &*self.username) {
            ("", "") => "another account".to_owned(),
            ("", one) | (one, "") => one.to_owned(),
            (issuer, username) => format!("{issuer} ({username})"),
        }
    }
}

/// The characters beside control characters that XML has no place for.
pub(crate) const NOT_IN_XML: [char; 2] = ['\u{fffe}', '\u{ffff}'];

/// Returns whether a character is invisible or changes the direction of others. Such characters
/// could disguise a name. Joiners are not among them, because scripts and emoji need them.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn check(field: &'static str, text: &str, limit: usize) -> Result<(), Error> {
    if text.chars().count() > limit {
        return Err(Error::TooLong { field, limit });
    }
    if text.chars().any(char::is_control) {
        return Err(Error::ControlCharacter(field));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
