//! Exports of more than ten accounts, which Google spreads over several QR codes.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::Part;
use crate::found::{Part as Read, Skipped};

/// The most QR codes that an export may have: a thousand accounts.
const MAX_PARTS: i64 = 100;

/// What was seen of each export.
#[derive(Default)]
pub(crate) struct Batches {
    /// By identity and number of parts, which parts were seen.
    seen: BTreeMap<(i64, i64), Vec<bool>>,
    messages: Vec<Zeroizing<Vec<u8>>>,
}

/// Whether there can be such a part. A size of 0 is one that is not said.
pub(super) fn is_possible(size: i64, index: i64) -> bool {
    (0..=MAX_PARTS).contains(&size) && (0..size.max(1)).contains(&index)
}

impl Batches {
    /// Notes a part; says no if it was there already.
    pub(crate) fn add(&mut self, part: &Part) -> bool {
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

    /// The parts that were seen.
    pub(crate) fn read(&self) -> impl Iterator<Item = Read> {
        self.parts(true)
    }

    /// The parts that were not.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Skipped> {
        self.parts(false).map(|part| Skipped {
            name: format!("QR code {} of {}", part.number, part.of),
            reason: "it belongs to the same export and is missing".to_owned(),
            part: Some(part),
        })
    }

    fn parts(&self, which: bool) -> impl Iterator<Item = Read> {
        self.seen.iter().flat_map(move |((batch, _), seen)| {
            let (batch, of) = (*batch, seen.len());
            let parts = (1..).zip(seen).filter(move |(_, seen)| **seen == which);
            parts.map(move |(number, _)| Read { batch, number, of })
        })
    }
}
