//! What we know about an account besides its secret.
//!
//! Everything here may be listed, logged and shown. Ranges are checked when a value is made, so
//! that the arithmetic in [`crate::otp`] cannot be handed a period of zero or ten digits.

mod kind;

use std::fmt;

use thiserror::Error;
use uuid::Uuid;

pub use kind::Kind;

/// The longest name of an account, in characters.
pub const MAX_NAME: usize = 64;
/// The longest issuer, user name, serial and tag, in characters.
pub const MAX_FIELD: usize = 200;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 500;
/// The most tags that an account has.
pub const MAX_TAGS: usize = 16;

/// The identity of an account: it stays when everything else is edited.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(Uuid);

impl AccountId {
    /// Makes an identity (UUID version 4) from 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Takes the 16 bytes of a UUID as they are, for places that keep them in that form.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes of the UUID.
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
    /// HMAC-SHA-1, what nearly every service uses.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Algorithm {
    /// The name in `otpauth://` links and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// Reads `SHA1`, `sha-256`, `HmacSHA512` and the like.
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

/// How many digits a code has: 5 to 9, as RFC 4226 asks for at least 6 and some services use 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits(u8);

impl Digits {
    /// The number that Steam uses.
    pub const STEAM: Self = Self(5);

    /// Takes a number of digits.
    ///
    /// # Errors
    /// [`Error::Digits`] outside 5 to 9.
    pub fn new(digits: u64) -> Result<Self, Error> {
        match u8::try_from(digits) {
            Ok(digits @ 5..=9) => Ok(Self(digits)),
            _ => Err(Error::Digits),
        }
    }

    /// The number.
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

/// How long a code is valid, in seconds: 1 to 86 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(u32);

impl Period {
    /// Takes a number of seconds.
    ///
    /// # Errors
    /// [`Error::Period`] outside 1 to 86 400.
    pub fn new(seconds: u64) -> Result<Self, Error> {
        match u32::try_from(seconds) {
            Ok(seconds @ 1..=86_400) => Ok(Self(seconds)),
            _ => Err(Error::Period),
        }
    }

    /// The number of seconds.
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

/// An account: everything but its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its identity.
    pub id: AccountId,
    /// What one types: `aws`. Unique, whatever the case.
    pub name: String,
    /// Who issued it: `Amazon Web Services`. May be empty.
    pub issuer: String,
    /// Whose it is: `root@123456789012`. May be empty.
    pub username: String,
    /// How its codes move.
    pub kind: Kind,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The length of its codes.
    pub digits: Digits,
    /// Words to group by.
    pub tags: Vec<String>,
    /// Whether it stands at the top of menus.
    pub pinned: bool,
    /// Anything the user wants to remember.
    pub note: String,
    /// The serial number that a service knows the device by, for AWS an ARN. May be empty.
    pub serial: String,
    /// When it was added, in Unix seconds.
    pub created: u64,
    /// When it was last edited, in Unix seconds.
    pub modified: u64,
}

/// What is wrong with an account. Never holds what was typed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The name is empty.
    #[error("the name is empty")]
    NoName,
    /// A text is longer than its limit.
    #[error("{field} is longer than {limit} characters")]
    TooLong {
        /// Which text.
        field: &'static str,
        /// How many characters it may have.
        limit: usize,
    },
    /// A text holds control characters, such as a line break.
    #[error("{0} holds control characters")]
    ControlCharacter(&'static str),
    /// The name looks like a link, which may hold a secret.
    #[error("the name is a link: a link does not belong there")]
    NameIsLink,
    /// The name holds characters that cannot be seen or that turn others around.
    #[error("the name holds invisible characters")]
    Invisible,
    /// More tags than [`MAX_TAGS`].
    #[error("more than {MAX_TAGS} tags")]
    TooManyTags,
    /// Digits outside 5 to 9.
    #[error("the number of digits must be 5 to 9")]
    Digits,
    /// Period outside 1 to 86 400.
    #[error("the period must be 1 to 86400 seconds")]
    Period,
    /// An algorithm that is none of the three.
    #[error("the algorithm must be SHA1, SHA256 or SHA512")]
    Algorithm,
    /// A kind that is none of the three.
    #[error("the type must be totp, hotp, steam, motp or yandex")]
    Kind,
}

impl Account {
    /// Checks the texts; numbers were checked when they were made.
    ///
    /// # Errors
    /// The first of [`enum@Error`]'s text variants that applies.
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
        check("the note", &self.note.replace(['\n', '\t'], " "), MAX_NOTE)
    }

    /// How a person recognises the account: `aws (root@123456789012)`.
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
}

/// Whether a character shows nothing or changes the direction of others: fit for tricks, not for
/// names. Joiners, which scripts and emoji need, are not among them.
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
