//! What follows an account that gets another id when it is synchronised: the codes that were handed out, and the rules.
//!
//! Both hold under the new id before the account has it, so that a kill in between gives nobody more than before.

use std::collections::BTreeMap;

use mfa_core::AccountId;
use mfa_ipc::Error;

use super::{Service, errors};
use crate::caller::Asker;

impl Service {
    /// Has codes and rules hold under the new ids too.
    pub(super) fn note_moves(
        &mut self,
        asker: &Asker,
        moved: &BTreeMap<AccountId, AccountId>,
    ) -> Result<(), Error> {
        if moved.is_empty() {
            return Ok(());
        }
        self.extend_rules(asker, moved)?;
        let before = self.parts.notes.ledger.clone();
        for (from, to) in moved {
            self.parts.notes.ledger.hand_on(*from, *to);
        }
        if self.parts.notes.ledger == before {
            return Ok(());
        }
        let noted = self.parts.journal.store(&self.parts.notes);
        noted.map_err(|error| {
            self.parts.notes.ledger = before;
            errors::change_not_noted(&error)
        })
    }

    /// Forgets codes and rules of the old ids, which may belong to other accounts now.
    pub(super) fn have_moved(&mut self, asker: &Asker, moved: &BTreeMap<AccountId, AccountId>) {
        if moved.is_empty() {
            return;
        }
        for id in moved.keys() {
            self.parts.notes.ledger.forget(*id);
        }
        self.forget_rules_of(asker, moved);
    }
}
