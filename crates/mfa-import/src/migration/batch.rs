//! Exports of more than ten accounts, which Google spreads over several QR codes.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::Payload;
use crate::found::{Part as Read, Skipped};

/// The largest number of QR codes of an export: a thousand accounts.
const MAX_PARTS: i64 = 100;

/// The parts of each export that were read.
#[derive(Default)]
pub(crate) struct Batches {
    /// The parts that were read, by batch and number of parts.
    seen: BTreeMap<(i64, i64), Vec<bool>>,
    messages: Vec<Zeroizing<Vec<u8>>>,
}

/// Checks whether a part can exist. A size of 0 means that the link does not say.
pub(super) fn is_possible(size: i64, index: i64) -> bool {
    (0..=MAX_PARTS).contains(&size) && (0..size.max(1)).contains(&index)
}

impl Batches {
    /// Notes a part. Returns false if it was read already.
    pub(crate) fn add(&mut self, part: &Payload) -> bool {
        if self.messages.contains(&part.message) {
            return false;
        }
        self.messages.push(part.message.clone());
        let (size, index) = (usize::try_from(part.size), usize::try_from(part.index));
        if let (Ok(size), Ok(index)) = (size, index) {
            let seen = self.seen.entry((part.batch, part.size));
            let seen = seen.or_insert_with(|| vec![false; size]);
            if let Some(seen) = seen.get_mut(index) {
                *seen = true;
            }
        }
        true
    }

    /// Returns the parts that were read.
    pub(crate) fn read(&self) -> impl Iterator<Item = Read> {
        self.parts(true)
    }

    /// Returns the parts that are missing.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Skipped> {
        self.parts(false).map(|part| Skipped {
            name: format!("QR code {} of {}", part.number, part.of),
            reason: "it belongs to the same export and is missing".to_owned(),
            part: Some(part),
        })
    }

    fn parts(&self, which: bool) -> impl Iterator<Item = Read> {
        self.seen.iter().flat_map(move |((batch, _), seen)| {
            // There are at most `MAX_PARTS`.
            let (batch, of) = (*batch, u32::try_from(seen.len()).unwrap_or(u32::MAX));
            let parts = (1..).zip(seen).filter(move |(_, seen)| **seen == which);
            parts.map(move |(number, _)| Read { batch, number, of })
        })
    }
}
