//! Links, gathered from the lines of a text or from the QR codes of a picture.
//!
//! Both kinds may stand side by side: `otpauth://`, which is one account, and Google's
//! `otpauth-migration://`, which is up to ten and a part of a batch.

use mfa_core::uri;

use crate::found::{Found, Imported};
use crate::migration::{self, Batches};
use crate::text::has_scheme;

/// Begins a link with one account.
const ONE: [&str; 3] = ["otpauth://", "steam://", "motp://"];

/// What was read of links so far.
#[derive(Default)]
pub(crate) struct Links {
    found: Found,
    batches: Batches,
}

/// Whether a text is a link, whatever is wrong with the rest of it.
pub(crate) fn is_link(text: &str) -> bool {
    is_one(text) || migration::is_link(text)
}

/// Whether a text is a link with one account.
pub(crate) fn is_one(text: &str) -> bool {
    ONE.iter().any(|scheme| has_scheme(text, scheme))
}

impl Links {
    /// Reads a link; `place` says where it stands, should something be wrong with it.
    pub(crate) fn read(&mut self, place: &str, text: &str) {
        if migration::is_link(text) {
            self.read_migration(place, text);
        } else {
            match uri::parse(text) {
                Ok(link) => self.found.accounts.push(Imported::from(link)),
                Err(error) => self.found.skip(place, &error),
            }
        }
    }

    /// Notes something that is no link.
    pub(crate) fn skip(&mut self, place: &str, reason: &str) {
        self.found.skip(place, &reason);
    }

    fn read_migration(&mut self, place: &str, text: &str) {
        let part = match migration::parse(text) {
            Ok(part) => part,
            Err(error) => return self.found.skip(place, &error),
        };
        // Who takes several pictures of several codes has some of them twice.
        if !self.batches.add(&part) {
            return self.found.skip(place, &"it was read already");
        }
        for entry in part.entries {
            match entry {
                Ok(account) => self.found.accounts.push(account),
                Err(skipped) => self.found.skipped.push(skipped),
            }
        }
    }

    /// Everything that was found, with what is missing of batches.
    pub(crate) fn finish(mut self) -> Found {
        self.found.skipped.extend(self.batches.missing());
        self.found.parts.extend(self.batches.read());
        self.found
    }
}
