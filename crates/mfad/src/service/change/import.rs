//! Imports: many accounts at once, either all of them or none.
//!
//! What becomes of each account was decided before, in slices. First the ids of the new ones are noted, their items are written one after the other and read back, and the note is crossed out. If something
//! fails, the written items are removed again. Items that cannot be removed then, or that were left by a daemon
//! that was killed, are still noted: they are not served, and are removed as soon as the keychain has been
//! read. `notes` keeps the notes of each store apart.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mfa_core::{AccountChange, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::ImportResult;

use super::writing::Writing;
use super::{Change, Job};
use crate::service::import::{Batch, Planned, Planner};
use crate::service::{Service, errors};

/// A change that stores these accounts, all or none, as planned. The answer says what became of each.
pub(crate) struct Import {
    pub(in crate::service) accounts: Vec<AccountChange>,
    pub(in crate::service) planned: Planned,
}

impl Import {
    /// Returns the plan. If the stored accounts have changed since, all is decided again, and nobody is served
    /// meanwhile.
    fn decided(self, service: &Service) -> Result<Batch, Error> {
        if self.planned.revision == service.accounts.revision {
            return Ok(self.planned.batch);
        }
        let mut planner = Planner::new(&service.accounts, service.now()?);
        for mut account in self.accounts {
            planner.decide(&service.accounts.unlocked, &mut account);
        }
        Ok(planner.planned.batch)
    }
}

/// An import that is being written.
pub(crate) struct Importing {
    batch: Batch,
    /// The store that the import is written to.
    store: String,
    stored: Arc<AtomicU32>,
}

impl Change for Import {
    type Answer = Vec<ImportResult>;
    type Ready = Importing;

    fn prepare(self, service: &mut Service) -> Result<(Job, Importing), Error> {
        let mut batch = self.decided(service)?;
        let task = Writing::of(std::mem::take(&mut batch.items));
        let store = service.door.store.clone();
        if !task.is_empty() {
            // Items of a failed import may still be noted.
            let ids = &service.unfinished(&store) | &task.ids();
            let noted = service.note_unfinished(&store, ids);
            noted.map_err(|error| errors::import_not_noted(&error))?;
        }
        let stored = task.stored();
        let keychain = service.parts.keychain.clone();
        let job = Box::pin(async move { task.run(&keychain).await });
        let importing = Importing {
            batch,
            store,
            stored,
        };
        Ok((job, importing))
    }

    fn note_left(
        importing: &Importing,
        service: &mut Service,
        left: &BTreeSet<AccountId>,
    ) -> io::Result<()> {
        let Importing { batch, store, .. } = importing;
        let others = &service.unfinished(store) - &batch.ids();
        service.note_unfinished(store, &others | left)
    }

    fn done(importing: Importing, service: &mut Service) -> Result<Vec<ImportResult>, Error> {
        for entry in importing.batch.entries {
            service.accounts.keep(entry);
        }
        service.accounts_changed();
        Ok(importing.batch.results)
    }

    fn done_while_locked(importing: Importing) -> Result<Vec<ImportResult>, Error> {
        Ok(importing.batch.results)
    }

    /// Returns true: its items are skipped when the accounts are read.
    fn is_done_while_reading(_: &Importing) -> bool {
        true
    }

    fn imported(importing: &Importing) -> Option<u32> {
        Some(importing.stored.load(Ordering::Relaxed))
    }
}
