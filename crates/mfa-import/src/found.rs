//! The result of reading a file: accounts, and entries that cannot be used, with the reason.
//!
//! No entry is dropped silently: each is in one of the two lists.

use std::fmt::Display;

use mfa_core::Secret;
use mfa_core::account::{Algorithm, Digits, Kind};
use mfa_core::site::Site;
use mfa_core::uri::Link;
pub use mfa_helper::import::{Part, Skipped};

/// The accounts and skipped entries of a file, in the order of the file.
#[derive(Debug, Default)]
pub struct Found {
    /// The accounts that can be added.
    pub accounts: Vec<Imported>,
    /// The entries that cannot be added.
    pub skipped: Vec<Skipped>,
    /// The QR codes that were read, of exports that are spread over several.
    pub parts: Vec<Part>,
}

/// An account as the file describes it. A field that the file does not contain is empty.
#[derive(Debug)]
pub struct Imported {
    /// The kind of code.
    pub kind: Kind,
    /// The issuer.
    pub issuer: String,
    /// The user name or e-mail address.
    pub username: String,
    /// The name that the user gave it.
    pub name: String,
    /// The secret.
    pub secret: Secret,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits of its codes.
    pub digits: Digits,
    /// The tags.
    pub tags: Vec<String>,
    /// The sites in whose logins a browser may fill in the codes.
    pub domains: Vec<Site>,
    /// The user's note.
    pub note: String,
    /// Whether the account was pinned.
    pub pinned: bool,
}

impl Found {
    /// Notes an entry that was skipped.
    pub fn skip(&mut self, name: impl Into<String>, reason: &dyn Display) {
        self.skipped.push(Skipped {
            name: name.into(),
            reason: reason.to_string(),
            part: None,
        });
    }
}

impl From<Link> for Imported {
    fn from(link: Link) -> Self {
        Self {
            kind: link.kind,
            issuer: link.issuer,
            username: link.username,
            name: String::new(),
            secret: link.secret,
            algorithm: link.algorithm,
            digits: link.digits,
            tags: Vec::new(),
            domains: Vec::new(),
            note: String::new(),
            pinned: false,
        }
    }
}
