//! What a computer and a file had in common after the last merge. It holds times, fingerprints and counters, and no
//! account.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::deletion::Deletion;
use super::marks::Marks;
use crate::account::AccountId;

/// The version of the text.
const VERSION: u64 = 1;
/// The maximum number of deletions to remember. Older ones are forgotten first.
const MAX_DELETED: usize = 10_000;

/// What was the same on both sides after the last merge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    accounts: BTreeMap<AccountId, Marks>,
    /// How far the counter-based ones were counted.
    counters: BTreeMap<AccountId, u64>,
    deleted: BTreeMap<AccountId, Deletion>,
}

impl Base {
    /// Returns whether there was no merge yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.deleted.is_empty()
    }

    /// Returns the number of accounts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Returns the name under which the base of the file at a path is kept. It does not tell the path.
    #[must_use]
    pub fn name(path: &str) -> String {
        HEXLOWER.encode(&Sha256::digest(path.as_bytes())[..16])
    }

    /// Returns a fingerprint of the content of a file, by which a later change is noticed.
    #[must_use]
    pub fn fingerprint(content: &[u8]) -> [u8; 32] {
        Sha256::digest(content).into()
    }

    /// Returns the base as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let accounts = self.accounts.iter();
        let accounts: Map<_, _> = accounts
            .map(|(id, marks)| (id.to_string(), marks.to_json()))
            .collect();
        let deleted = self.deleted.iter();
        let deleted: Map<_, _> = deleted
            .map(|(id, time)| (id.to_string(), time.to_json()))
            .collect();
        let counters = self.counters.iter();
        let counters: Map<_, _> = counters
            .map(|(id, counter)| (id.to_string(), Value::from(*counter)))
            .collect();
        json!({ "v": VERSION, "accounts": accounts, "counters": counters, "deleted": deleted })
            .to_string()
    }

    /// Reads the text of a base, or returns `None` if it is damaged or of a newer version.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(text).ok()?;
        if json.get("v")?.as_u64()? != VERSION {
            return None;
        }
        let of = |name| json.get(name).and_then(Value::as_object);
        let marks =
            |(id, marks): (&String, &Value)| Some((AccountId::parse(id)?, Marks::from_json(marks)));
        let time = |(id, time): (&String, &Value)| {
            Some((AccountId::parse(id)?, Deletion::from_json(time)?))
        };
        // A base of an earlier version has none.
        let counters = of("counters").into_iter().flatten();
        let counters =
            counters.filter_map(|(id, counter)| Some((AccountId::parse(id)?, counter.as_u64()?)));
        Some(Self {
            accounts: of("accounts")?.iter().map(marks).collect::<Option<_>>()?,
            counters: counters.collect(),
            deleted: of("deleted")?.iter().map(time).collect::<Option<_>>()?,
        })
    }

    /// Notes how far an account was counted that is gone since.
    pub fn count(&mut self, id: AccountId, counter: u64) {
        if self.accounts.contains_key(&id) {
            let most = self.counters.entry(id).or_default();
            *most = counter.max(*most);
        }
    }

    /// Returns how far an account was counted, if it has a counter.
    pub(super) fn counter(&self, id: AccountId) -> Option<u64> {
        self.counters.get(&id).copied()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.keys().copied()
    }

    pub(super) fn marks(&self, id: AccountId) -> Option<&Marks> {
        self.accounts.get(&id)
    }

    pub(super) fn deleted(&self) -> &BTreeMap<AccountId, Deletion> {
        &self.deleted
    }

    /// Returns the base of merged accounts. What cannot be read stays as the old base has it.
    pub(super) fn of(
        merged: impl Iterator<Item = (AccountId, Marks, Option<u64>)>,
        deleted: &BTreeMap<AccountId, Deletion>,
        old: &Self,
        frozen: &BTreeSet<AccountId>,
    ) -> Self {
        let unread = frozen
            .iter()
            .filter_map(|id| Some((*id, old.marks(*id)?.clone())));
        let mut accounts: BTreeMap<_, _> = unread.collect();
        let counted = frozen.iter();
        let counted = counted.filter_map(|id| Some((*id, old.counter(*id)?)));
        let mut counters: BTreeMap<_, _> = counted.collect();
        for (id, marks, counter) in merged {
            accounts.insert(id, marks);
            counters.extend(counter.map(|counter| (id, counter)));
        }
        // What other programs have deleted before this computer knew of it is known from the file.
        let mut deleted = deleted.clone();
        deleted.retain(|_, deletion| deletion.is_certain());
        if deleted.len() > MAX_DELETED {
            let mut times: Vec<_> = deleted.values().map(|deletion| deletion.time).collect();
            times.sort_unstable();
            let oldest = times[times.len() - MAX_DELETED];
            deleted.retain(|_, deletion| deletion.time >= oldest);
        }
        Self {
            accounts,
            counters,
            deleted,
        }
    }
}
