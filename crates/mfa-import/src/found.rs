//! What is found in a file: accounts, and what could not be taken, with the reason.
//!
//! Nothing is dropped silently: an entry ends up in the one list or in the other.

use std::fmt::Display;

use mfa_core::Secret;
use mfa_core::account::{Algorithm, Digits, Kind};
use mfa_core::uri::Link;

/// Everything that is found in a file, in its order.
#[derive(Debug, Default)]
pub struct Found {
    /// What can be added.
    pub accounts: Vec<Imported>,
    /// What cannot.
    pub skipped: Vec<Skipped>,
}

/// An account as a file describes it; whatever the file does not say is empty.
#[derive(Debug)]
pub struct Imported {
    /// How its codes move.
    pub kind: Kind,
    /// Who issued it.
    pub issuer: String,
    /// Whose it is.
    pub username: String,
    /// What the user called it.
    pub name: String,
    /// The secret.
    pub secret: Secret,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The length of its codes.
    pub digits: Digits,
    /// Words to group by.
    pub tags: Vec<String>,
    /// What the user noted.
    pub note: String,
    /// Whether it stood at the top.
    pub pinned: bool,
}

/// An entry that was not taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What it is called, or where it stands. Never a secret.
    pub name: String,
    /// Why it was not taken.
    pub reason: String,
}

impl Found {
    /// Notes an entry that was not taken.
    pub fn skip(&mut self, name: impl Into<String>, reason: &dyn Display) {
        self.skipped.push(Skipped {
            name: name.into(),
            reason: reason.to_string(),
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
            note: String::new(),
            pinned: false,
        }
    }
}
