//! The notes on a store: which of its items are left over from an import, and which keychain held accounts.
//!
//! Ids are random, so a noted item is never served, whichever store it turns up in. But a note is crossed out
//! only for its own store: if another store does not have the item, that proves nothing.

use std::collections::BTreeSet;
use std::io;

use mfa_core::AccountId;

use super::Service;
use crate::keychain::NAMELESS;

/// The maximum number of removed accounts whose counters are remembered.
const MAX_REMOVED: usize = 1000;

impl Service {
    /// Notes how far accounts were counted that are about to be removed: another computer or a backup may bring one back.
    /// This comes first, because a removal may be completed after the daemon was killed or the accounts were locked.
    pub(super) fn note_counters(&mut self, ids: &BTreeSet<AccountId>) {
        let mut is_any = false;
        for id in ids {
            let stored = self.accounts.unlocked.get(*id);
            if let Some(counter) = stored.and_then(|entry| entry.account.kind.counter()) {
                is_any |= self.note_counter(*id, counter);
            }
        }
        if is_any {
            self.store_counters();
        }
    }

    /// Notes the counter of an account. Returns whether that is new.
    fn note_counter(&mut self, id: AccountId, counter: u64) -> bool {
        let removed = &mut self.parts.notes.removed;
        let is_new = removed.get(&id).is_none_or(|most| *most < counter);
        if is_new {
            removed.insert(id, counter);
        }
        while removed.len() > MAX_REMOVED {
            // Any of the others: ids are random.
            let other = removed.keys().find(|other| **other != id).copied();
            other.and_then(|other| removed.remove(&other));
        }
        is_new
    }

    fn store_counters(&mut self) {
        if let Err(error) = self.parts.journal.store(&self.parts.notes) {
            tracing::warn!(%error, "cannot record the counter of a removed account");
        }
    }

    /// Forgets an account that was removed from the keychain, except how far it was counted: another computer or a backup
    /// may bring it back.
    pub(super) fn has_removed(&mut self, id: AccountId) {
        let account = self.accounts.unlocked.take(id);
        self.parts.notes.ledger.forget(id);
        let counter = account.and_then(|removed| removed.account.kind.counter());
        if counter.is_some_and(|counter| self.note_counter(id, counter)) {
            self.store_counters();
        }
    }

    /// Returns whether an item is left over from an incomplete import.
    pub(super) fn is_left(&self, id: AccountId) -> bool {
        let mut stores = self.parts.notes.unfinished.values();
        stores.any(|ids| ids.contains(&id))
    }

    /// Returns the items of incomplete imports that a store has or may have.
    pub(super) fn unfinished(&self, store: &str) -> BTreeSet<AccountId> {
        let noted = self.parts.notes.unfinished.get(store);
        noted.cloned().unwrap_or_default()
    }

    /// Notes which items of a store are not to stay.
    pub(super) fn note_unfinished(
        &mut self,
        store: &str,
        mut ids: BTreeSet<AccountId>,
    ) -> io::Result<()> {
        let mut before = self.unfinished(store);
        if before == ids {
            return Ok(());
        }
        self.set_unfinished(store, ids.clone());
        let noted = self.parts.journal.store(&self.parts.notes);
        if noted.is_err() {
            ids.append(&mut before);
            self.set_unfinished(store, ids);
        }
        noted
    }

    pub(super) fn set_unfinished(&mut self, store: &str, ids: BTreeSet<AccountId>) {
        let noted = &mut self.parts.notes.unfinished;
        if ids.is_empty() {
            noted.remove(store);
        } else {
            noted.insert(store.to_owned(), ids);
        }
    }

    /// Removes the items left over from an import once all items are read, unless an import is under way.
    pub(super) fn discard_left(&mut self) {
        if self.changes.importing().is_some() {
            self.accounts.left.clear();
            return;
        }
        // The other noted items are not here, and looking for each takes time.
        let store = self.door.store.clone();
        let own = &self.unfinished(&store) & &self.accounts.left;
        if let Err(error) = self.note_unfinished(&store, own) {
            tracing::warn!(%error, "cannot update the record of an unfinished import");
        }
        self.discard_unfinished();
    }

    /// Removes the items left over from an import.
    pub(super) fn discard_unfinished(&mut self) {
        if !self.accounts.left.is_empty() || !self.unfinished(&self.door.store).is_empty() {
            tracing::warn!("removing the accounts of an unfinished import");
            self.discard(self.door.store.clone());
        }
    }

    /// Remembers which OS keychain holds accounts, and notices when another one answers, because the accounts
    /// then seem to be gone.
    ///
    /// A vault file is not compared: the user chose it. Neither is a keychain that does not tell its name.
    pub(super) fn compare_keychain(&mut self) {
        self.door.changed_from = None;
        let Some(name) = told(self.announcer.keychain_name()) else {
            return;
        };
        if self.parts.keychain.path().is_some() || self.door.store.is_empty() {
            return;
        }
        let before = &mut self.parts.notes.keychain;
        if before.as_ref() == Some(&name) {
            return;
        }
        if let Some(before) = before {
            tracing::warn!("the accounts were in {before}, but now {name} answers");
        }
        self.door.changed_from.clone_from(before);
        if !self.accounts.unlocked.is_empty() {
            *before = Some(name);
            if let Err(error) = self.parts.journal.store(&self.parts.notes) {
                tracing::warn!(%error, "cannot record the name of the keychain");
            }
        }
    }
}

/// Returns the name of a keychain, if it told one.
fn told(name: String) -> Option<String> {
    Some(name).filter(|name| !["", NAMELESS].contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keychain_that_told_no_name_is_no_other_one() {
        for (name, expected) in [("KWallet", Some("KWallet")), (NAMELESS, None), ("", None)] {
            assert_eq!(told(name.to_owned()).as_deref(), expected);
        }
    }
}
