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
    /// Of exports that are spread over several QR codes, those that were read.
    pub parts: Vec<Part>,
}

/// One of the QR codes that an export is spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The number of the export.
    pub batch: i64,
    /// Which one it is, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
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
    /// The part of an export, if that is what is missing: it may be in another file.
    pub part: Option<Part>,
}

impl Found {
    /// Notes an entry that was not taken.
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
            note: String::new(),
            pinned: false,
        }
    }
}
