//! Which stored account each account of a backup is.
//!
//! The id decides. An account that was added again has another one, so its codes decide then. Several accounts may have the
//! same codes, because somebody wants them so. Each of them is paired with the stored account that is most like it, and no
//! stored account with two of them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use mfa_core::AccountId;
use mfa_core::item::Entry;
use mfa_core::unlocked::Unlocked;

use crate::service::import::Codes;

/// Which stored account each account of a backup is.
pub(super) struct Matches {
    hasher: RandomState,
    /// The stored accounts, by the hash of the codes and names in the backup.
    found: HashMap<u64, AccountId>,
}

/// How alike two accounts with the same codes have to be. What is most alike is paired first.
const ALIKE: [fn(&Entry, &Entry) -> bool; 3] = [
    |one, other| is_same_user(one, other) && name(one) == name(other),
    is_same_user,
    |_, _| true,
];

fn is_same_user(one: &Entry, other: &Entry) -> bool {
    let user = |entry: &Entry| (entry.account.issuer.clone(), entry.account.username.clone());
    user(one) == user(other)
}

fn name(entry: &Entry) -> String {
    entry.account.name.to_lowercase()
}

/// Returns a hash of the codes and names of an account.
pub(super) fn hash(hasher: &RandomState, entry: &Entry) -> u64 {
    let account = &entry.account;
    hasher.hash_one((
        Codes(entry),
        &account.issuer,
        &account.username,
        name(entry),
    ))
}

impl Matches {
    pub(super) fn new(unlocked: &Unlocked, backup: &[Entry]) -> Self {
        let hasher = RandomState::new();
        let there: HashSet<_> = backup.iter().map(|entry| entry.account.id).collect();
        let mut free: HashMap<u64, Vec<&Entry>> = HashMap::new();
        let others = unlocked.entries();
        for entry in others.filter(|entry| !there.contains(&entry.account.id)) {
            let same = free.entry(hasher.hash_one(Codes(entry))).or_default();
            same.push(entry);
        }
        let (known, unknown): (Vec<_>, Vec<_>) = backup
            .iter()
            .partition(|entry| unlocked.get(entry.account.id).is_some());
        // What is in the backup twice is paired once.
        let known = known.into_iter();
        let mut found: HashMap<_, _> = known
            .map(|entry| (hash(&hasher, entry), entry.account.id))
            .collect();
        for is_alike in ALIKE {
            for entry in &unknown {
                let hash = hash(&hasher, entry);
                let same = free.get_mut(&hasher.hash_one(Codes(entry)));
                let Some(same) = same.filter(|_| !found.contains_key(&hash)) else {
                    continue;
                };
                let is_it =
                    |stored: &&Entry| Codes(stored) == Codes(entry) && is_alike(stored, entry);
                if let Some(place) = same.iter().position(is_it) {
                    found.insert(hash, same.remove(place).account.id);
                }
            }
        }
        Self { hasher, found }
    }

    pub(super) fn stored<'u>(&self, unlocked: &'u Unlocked, entry: &Entry) -> Option<&'u Entry> {
        let by_codes = || {
            let id = self.found.get(&hash(&self.hasher, entry))?;
            let stored = unlocked.get(*id)?;
            (Codes(stored) == Codes(entry)).then_some(stored)
        };
        unlocked.get(entry.account.id).or_else(by_codes)
    }
}
