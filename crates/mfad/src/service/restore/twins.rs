//! The accounts of a backup that are in it several times.

use std::collections::HashMap;
use std::hash::RandomState;

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::merge;
use mfa_ipc::types::RestoreResult;

use super::matches::hash;
use super::{differences, skipped};

/// The accounts of a backup that are in it several times, under other ids.
pub(super) struct Twins {
    hasher: RandomState,
    /// How far each of them was counted, and the first one, once it is there.
    found: HashMap<u64, (Option<u64>, Option<Entry>)>,
}

impl Twins {
    pub(super) fn new(pairs: &[(Option<&Entry>, Entry)]) -> Self {
        let mut twins = Self {
            hasher: RandomState::new(),
            found: HashMap::new(),
        };
        for (_, entry) in pairs {
            let counter = entry.account.kind.counter();
            let found = twins.found.entry(hash(&twins.hasher, entry)).or_default();
            found.0 = found.0.max(counter);
        }
        twins
    }

    /// Returns the result of an account that was there before. The first one gets the counter that is right for all.
    pub(super) fn repeated(&mut self, entry: &mut Entry) -> Option<RestoreResult> {
        let hash = hash(&self.hasher, entry);
        let (counter, first) = self.found.get_mut(&hash)?;
        let Some(first) = first else {
            if let (Kind::Hotp { counter }, Some(most)) = (&mut entry.account.kind, *counter) {
                *counter = most;
            }
            *first = Some(merge::version(&entry.account, &entry.secret));
            return None;
        };
        let differs = differences(first, entry);
        let reason = match differs.is_empty() {
            true => "it is in the backup twice".to_owned(),
            false => format!(
                "it is in the backup twice, with another {}",
                differs.join(", ")
            ),
        };
        let mut result = skipped(entry);
        result.reason = Some(reason);
        Some(result)
    }
}
