//! The accounts of a backup that are in it several times.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::merge;
use mfa_ipc::types::RestoreResult;

use super::{differences, skipped};
use crate::service::import::Codes;

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
            let found = twins.found.entry(twins.hash(entry)).or_default();
            found.0 = found.0.max(counter);
        }
        twins
    }

    fn hash(&self, entry: &Entry) -> u64 {
        let account = &entry.account;
        let name = account.name.to_lowercase();
        self.hasher
            .hash_one((Codes(entry), &account.issuer, &account.username, name))
    }

    /// Returns the result of an account that was there before. The first one gets the counter that is right for all.
    pub(super) fn repeated(&mut self, entry: &mut Entry) -> Option<RestoreResult> {
        let hash = self.hash(entry);
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
