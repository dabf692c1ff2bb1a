//! Errors of the program. They contain nothing from the request: it has secrets in it.

use std::io;

use mfa_core::uri;
use mfa_helper::export::{Exit, SCHEMA};
use mfa_sys::confine;
use thiserror::Error;

/// The largest request, in bytes.
pub(crate) const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// An error of the program.
#[derive(Debug, Error)]
pub enum Failure {
    /// The request cannot be read.
    #[error("cannot read the request: {}", .0.kind())]
    Read(#[source] io::Error),
    /// The request has more than 64 MiB.
    #[error("the request is larger than 64 MiB")]
    TooLarge,
    /// The request is of another version.
    #[error(
        "mfactl and mfa-export have different versions: the request has schema {0} instead of {ours}. Install both from \
         one release",
        ours = SCHEMA
    )]
    Version(u32),
    /// The request is invalid.
    #[error(
        "the request is invalid: mfactl and mfa-export have different versions. Install both from one release"
    )]
    Request,
    /// The link of an account is invalid.
    #[error("the link of an account is invalid: {0}")]
    Link(#[source] uri::Error),
    /// There is no such format.
    #[error("unknown format")]
    UnknownFormat,
    /// The format has no QR codes.
    #[error("this format has no QR codes")]
    NoCodes,
    /// A link is too long for a QR code.
    #[error("an account is too long for a QR code")]
    TooLong,
    /// Two accounts have the same secret.
    #[error(
        "the accounts “{0}” and “{1}” have the same secret, but this format can hold it only once: export only one of them"
    )]
    Twice(String, String),
    /// The PIN of an account has another length.
    #[error(
        "the PIN of the account “{0}” does not have 4 digits, so this format cannot hold it: list the accounts to export, without that one"
    )]
    Pin(String),
    /// The format cannot be encrypted.
    #[error("this format cannot be encrypted")]
    NoEncryption,
    /// The format has no attributes for KeePass 2.
    #[error("only an encrypted export in the format keepass can have attributes for KeePass 2")]
    NoKeePass2,
    /// The export cannot be encrypted.
    #[error("cannot encrypt the export")]
    Encrypt,
    /// A backup does not hold what was written to it.
    #[error("the backup does not hold all that was written to it, so it was not stored")]
    Different,
    /// The export cannot be encoded.
    #[error("cannot encode the export")]
    Encode,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The process cannot give up its privileges.
    #[error(transparent)]
    Confine(#[from] confine::Error),
    /// The answer cannot be printed.
    #[error("cannot print the result: {}", .0.kind())]
    Print(#[source] io::Error),
}

impl Failure {
    /// Returns the exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Version(_) | Self::Request => Exit::Usage,
            Self::UnknownFormat => Exit::UnknownFormat,
            Self::NoCodes | Self::NoEncryption | Self::NoKeePass2 => Exit::NoSuchForm,
            _ => Exit::Other,
        }
    }
}
