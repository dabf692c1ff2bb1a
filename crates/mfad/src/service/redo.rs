//! The records of changes of many accounts: a change is decided by one write of the state file, and is completed
//! afterwards, if need be by the next daemon.
//!
//! From the decision on, the accounts are served as the change makes them. As long as its record stands, no other
//! change is made: completing it later would undo that one.
//!
//! The items with the new texts stay until the record is crossed out, so the record can always be carried out. A
//! record is known by these items, whatever the store is called: their ids are random.

use std::io;

use super::Service;
use super::accounts::Redone;
use mfa_core::item::Entry;
use mfa_core::port::{ItemChange, Redo};

impl Service {
    /// Decides a change: from now on, it is made. The items with the new texts are no longer those of an unfinished
    /// change.
    pub(super) fn decide(&mut self, store: &str, redo: Redo) -> io::Result<()> {
        let before = self.parts.notes.unfinished.clone();
        let staged = redo.staged.values().copied().collect();
        let others = &self.unfinished(store) - &staged;
        self.set_unfinished(store, others);
        self.parts.notes.redo.insert(store.to_owned(), redo);
        let decided = self.parts.journal.store(&self.parts.notes);
        if decided.is_err() {
            self.parts.notes.unfinished = before;
            self.parts.notes.redo.remove(store);
            // The file may have been replaced in spite of the error.
            self.changes.is_unsettled = true;
        } else {
            self.changes.incomplete = Some(store.to_owned());
        }
        decided
    }

    /// Makes sure that the state file does not hold a decision that counts as not made.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if self.changes.is_unsettled {
            self.parts.journal.store(&self.parts.notes)?;
            self.changes.is_unsettled = false;
        }
        Ok(())
    }

    /// Crosses out the record of a change that is complete, and has the items with the texts removed.
    pub(super) fn cross_out(&mut self, store: &str) -> io::Result<()> {
        let Some(redo) = self.parts.notes.redo.remove(store) else {
            return Ok(());
        };
        let before = self.unfinished(store);
        let staged = redo.staged.values().copied().collect();
        self.set_unfinished(store, &before | &staged);
        let crossed_out = self.parts.journal.store(&self.parts.notes);
        if crossed_out.is_err() {
            self.set_unfinished(store, before);
            self.parts.notes.redo.insert(store.to_owned(), redo);
        } else {
            self.changes.incomplete = None;
            self.discard_unfinished();
        }
        crossed_out
    }

    /// Returns room for the texts of the items that the records name.
    pub(super) fn redone(&self) -> Redone {
        let records = self.parts.notes.redo.values();
        let ids = records.flat_map(|Redo { staged, removed }| {
            let staged = staged.iter().flat_map(|(account, item)| [*account, *item]);
            staged.chain(removed.iter().copied())
        });
        Redone::expect(ids)
    }

    /// Takes in the items that the records name, now that all are read: as the accounts are once a change is complete.
    pub(super) fn redo(&mut self) {
        let mut redone = std::mem::take(&mut self.accounts.redone);
        self.changes.incomplete = None;
        for (store, redo) in self.parts.notes.redo.clone() {
            let is_here = match redo.staged.is_empty() {
                true => store == self.door.store,
                false => redo.staged.values().any(|item| redone.has(*item)),
            };
            if is_here && self.changes.incomplete.is_none() {
                tracing::warn!("completing a change of several accounts");
                let steps = self.overlay(&redo, &mut redone);
                self.changes.incomplete = Some(store.clone());
                self.accounts.forward = Some((store, steps));
            }
        }
        let records: Vec<_> = self.parts.notes.redo.values().cloned().collect();
        let is_staged = |id| records.iter().any(|redo| redo.stages(id));
        for (id, text) in redone.rest() {
            if !is_staged(id) {
                self.read_item(id, text);
            }
        }
    }

    /// Takes in the accounts as a change makes them, and returns what is left to do for it.
    fn overlay(&mut self, redo: &Redo, redone: &mut Redone) -> Vec<ItemChange> {
        let mut steps = Vec::new();
        for (id, item) in &redo.staged {
            let new = redone.take(*item);
            let new = new.and_then(|text| Entry::from_text(*id, &text).ok());
            let Some(mut new) = new else {
                tracing::error!(%id, "the keychain has lost the new text of an account");
                continue;
            };
            let old = redone.take(*id);
            if let Some(old) = &old
                && let Ok(old) = Entry::from_text(*id, old)
            {
                new.keep_counter_of(&old);
            }
            if let Ok(text) = new.to_text() {
                let (id, new) = (*id, Some(text));
                steps.push(ItemChange { id, old, new });
            }
            self.accounts.admit(new);
        }
        for id in &redo.removed {
            if let Some(old) = redone.take(*id) {
                self.parts.notes.ledger.forget(*id);
                let (id, old) = (*id, Some(old));
                steps.push(ItemChange { id, old, new: None });
            }
        }
        steps
    }
}
