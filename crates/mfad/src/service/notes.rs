//! What is noted of a store: which of its items are left of an import, and where there were accounts.
//!
//! Ids are random, so an item that is noted is never served, whichever store it turns up in. But a note
//! is only crossed out for the store that it was made for: that another one does not have the item says
//! nothing.

use std::collections::BTreeSet;
use std::io;

use mfa_core::AccountId;

use super::Service;

impl Service {
    /// Whether an item is left of an import that is not complete.
    pub(super) fn is_left(&self, id: AccountId) -> bool {
        let mut stores = self.parts.notes.unfinished.values();
        stores.any(|ids| ids.contains(&id))
    }

    /// What a store has, or may have, of imports that are not complete.
    pub(super) fn unfinished(&self, store: &str) -> BTreeSet<AccountId> {
        let noted = self.parts.notes.unfinished.get(store);
        noted.cloned().unwrap_or_default()
    }

    /// Notes which items a store has that are not to stay.
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

    fn set_unfinished(&mut self, store: &str, ids: BTreeSet<AccountId>) {
        let noted = &mut self.parts.notes.unfinished;
        if ids.is_empty() {
            noted.remove(store);
        } else {
            noted.insert(store.to_owned(), ids);
        }
    }

    /// Remembers in which OS keychain there are accounts, and notices when another one answers: the
    /// accounts seem to be gone then.
    ///
    /// A vault file is one that the user chose.
    pub(super) fn compare_keychain(&mut self) {
        self.changed_from = None;
        let name = self.public.borrow().keychain.clone();
        if self.parts.keychain.path().is_some() || self.store.is_empty() {
            return;
        }
        let before = &mut self.parts.notes.keychain;
        if before.as_ref() == Some(&name) {
            return;
        }
        if let Some(before) = before {
            tracing::warn!("the accounts were in {before} before, and {name} answers now");
        }
        self.changed_from.clone_from(before);
        if !self.vault.is_empty() {
            *before = Some(name);
            if let Err(error) = self.parts.journal.store(&self.parts.notes) {
                tracing::warn!(%error, "a restart will not know of this keychain");
            }
        }
    }
}
