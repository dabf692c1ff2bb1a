//! One account of a migration link.

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::secret::{self, Secret};
use thiserror::Error;

use super::protobuf::{self, Fields};
use crate::found::{Imported, Skipped};

/// The reason why an account of a valid message cannot be used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
enum Unusable {
    #[error(transparent)]
    Secret(#[from] secret::Error),
    #[error("its names are not UTF-8")]
    NotUtf8,
    #[error("its algorithm is MD5, which is not supported")]
    Md5,
    #[error("its algorithm is unknown")]
    Algorithm,
    #[error("its number of digits is unknown")]
    Digits,
    #[error("its type is unknown")]
    Type,
    #[error("its counter is negative")]
    Counter,
}

/// The fields of the message, all optional.
#[derive(Default)]
struct Raw<'m> {
    secret: &'m [u8],
    name: &'m [u8],
    issuer: &'m [u8],
    algorithm: i64,
    digits: i64,
    kind: i64,
    counter: i64,
}

/// Reads an account, the `number`th of its link.
pub(super) fn read(
    number: usize,
    message: &[u8],
) -> Result<Result<Imported, Skipped>, protobuf::Error> {
    let mut raw = Raw::default();
    for field in Fields::new(message) {
        let (field, value) = field?;
        match field {
            1 => raw.secret = value.bytes()?,
            2 => raw.name = value.bytes()?,
            3 => raw.issuer = value.bytes()?,
            4 => raw.algorithm = value.integer()?,
            5 => raw.digits = value.integer()?,
            6 => raw.kind = value.integer()?,
            7 => raw.counter = value.integer()?,
            _ => {}
        }
    }
    Ok(raw.account().map_err(|reason| Skipped {
        name: raw.label(number),
        reason: reason.to_string(),
        part: None,
    }))
}

impl Raw<'_> {
    fn account(&self) -> Result<Imported, Unusable> {
        let (issuer, username) = self.names()?;
        Ok(Imported {
            kind: self.kind()?,
            issuer: issuer.to_owned(),
            username: username.to_owned(),
            name: String::new(),
            algorithm: match self.algorithm {
                0 | 1 => Algorithm::Sha1,
                2 => Algorithm::Sha256,
                3 => Algorithm::Sha512,
                4 => return Err(Unusable::Md5),
                _ => return Err(Unusable::Algorithm),
            },
            digits: match self.digits {
                0 | 1 => Digits::default(),
                2 => Digits::new(8).map_err(|_| Unusable::Digits)?,
                _ => return Err(Unusable::Digits),
            },
            secret: Secret::from_bytes(self.secret.to_vec())?,
            tags: Vec::new(),
            domains: Vec::new(),
            note: String::new(),
            pinned: false,
        })
    }

    fn kind(&self) -> Result<Kind, Unusable> {
        match self.kind {
            1 => Ok(Kind::Hotp {
                counter: u64::try_from(self.counter).map_err(|_| Unusable::Counter)?,
            }),
            0 | 2 => Ok(Kind::Totp {
                period: Period::default(),
            }),
            _ => Err(Unusable::Type),
        }
    }

    /// Returns the issuer and the user name. The name is often `issuer:user`, which repeats the issuer. A
    /// colon after anything else is part of the user name.
    fn names(&self) -> Result<(&str, &str), Unusable> {
        let text = |bytes| str::from_utf8(bytes).map(str::trim);
        let issuer = text(self.issuer).map_err(|_| Unusable::NotUtf8)?;
        let name = text(self.name).map_err(|_| Unusable::NotUtf8)?;
        let user = match name.split_once(':') {
            Some((prefix, user)) if !issuer.is_empty() && prefix.trim() == issuer => user.trim(),
            _ => name,
        };
        Ok((issuer, user))
    }

    /// Returns the name under which the account is reported if it is skipped.
    fn label(&self, number: usize) -> String {
        match self.names() {
            Ok(("", "")) | Err(_) => format!("account {number} of the export"),
            Ok(("", one) | (one, "")) => one.to_owned(),
            Ok((issuer, user)) => format!("{issuer} ({user})"),
        }
    }
}
