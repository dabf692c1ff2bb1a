//! Links, gathered from the lines of a text or from the QR codes of a picture.
//!
//! A source may contain both kinds: `otpauth://` links, with one account each, and Google's
//! `otpauth-migration://` links, with up to ten accounts and the number of a part.

use mfa_core::uri;

use crate::found::{Found, Imported};
use crate::migration::{self, Batches};
use crate::text::has_scheme;

/// The schemes of links with one account.
const ONE: [&str; 3] = ["otpauth://", "steam://", "motp://"];

/// The links that were read so far.
#[derive(Default)]
pub(crate) struct Links {
    found: Found,
    batches: Batches,
}

/// Checks whether a text begins like a link.
pub(crate) fn is_link(text: &str) -> bool {
    is_one(text) || migration::is_link(text)
}

/// Checks whether a text begins like a link with one account.
pub(crate) fn is_one(text: &str) -> bool {
    ONE.iter().any(|scheme| has_scheme(text, scheme))
}

impl Links {
    /// Reads a link. `place` names the link if it has to be skipped.
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

    /// Notes an entry that is not a link.
    pub(crate) fn skip(&mut self, place: &str, reason: &str) {
        self.found.skip(place, &reason);
    }

    fn read_migration(&mut self, place: &str, text: &str) {
        let part = match migration::parse(text) {
            Ok(part) => part,
            Err(error) => return self.found.skip(place, &error),
        };
        // Several pictures of one export often contain the same code.
        if !self.batches.add(&part) {
            return self.found.skip(place, &"it was already read");
        }
        for entry in part.entries {
            match entry {
                Ok(account) => self.found.accounts.push(account),
                Err(skipped) => self.found.skipped.push(skipped),
            }
        }
    }

    /// Returns the accounts, the skipped entries and the missing parts of exports.
    pub(crate) fn finish(mut self) -> Found {
        self.found.skipped.extend(self.batches.missing());
        self.found.parts.extend(self.batches.read());
        self.found
    }
}
