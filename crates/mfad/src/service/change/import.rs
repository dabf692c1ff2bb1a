//! Imports: many accounts at once, either all of them or none.
//!
//! What becomes of each account was decided before, in slices. First the ids of the new ones are noted, their items are written one after the other and read back, and the note is crossed out. If something
//! fails, the written items are removed again. Items that cannot be removed then, or that were left by a daemon
//! that was killed, are still noted: they are not served, and are removed as soon as the keychain has been
//! read. `notes` keeps the notes of each store apart.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mfa_core::port::StoreError;
use mfa_core::{AccountChange, AccountId, item};
use mfa_ipc::Error;
use mfa_ipc::types::ImportResult;
use tokio::sync::mpsc;

use super::{Change, Job, Written};
use crate::keychain::{Item, Keychain};
use crate::service::import::{Batch, Planned, Planner};
use crate::service::{QUEUE, Service, errors};

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
        let task = Task {
            items: std::mem::take(&mut batch.items),
            stored: Arc::default(),
        };
        let store = service.door.store.clone();
        if !task.items.is_empty() {
            // Items of a failed import may still be noted.
            let ids = &service.unfinished(&store) | &task.ids();
            let noted = service.note_unfinished(&store, ids);
            noted.map_err(|error| errors::import_not_noted(&error))?;
        }
        let stored = Arc::clone(&task.stored);
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

/// The work of writing an import.
struct Task {
    items: Vec<Item>,
    /// The number of items stored so far.
    stored: Arc<AtomicU32>,
}

impl Task {
    fn ids(&self) -> BTreeSet<AccountId> {
        self.items.iter().map(|(id, _)| *id).collect()
    }

    /// Writes all items, or none. The result lists the items that could not be removed again.
    async fn run(self, keychain: &Keychain) -> Written {
        let Err(error) = self.put(keychain).await else {
            return Ok(()).into();
        };
        // These are the stored items and the one that failed. Looking for the others takes time.
        let begun = usize::try_from(self.stored.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let begun = self.items.iter().take(begun.saturating_add(1));
        let begun: BTreeSet<_> = begun.map(|(id, _)| *id).collect();
        let (_, left) = remove(keychain, begun.clone()).await;
        // A write that timed out may still reach the keychain.
        let left = match error {
            StoreError::TimedOut => begun,
            _ => left,
        };
        let result = Err(error);
        Written { result, left }
    }

    async fn put(&self, keychain: &Keychain) -> Result<(), StoreError> {
        if self.items.is_empty() {
            return Ok(());
        }
        for (id, text) in &self.items {
            keychain.put(*id, None, text.clone()).await?;
            self.stored.fetch_add(1, Ordering::Relaxed);
        }
        self.read_back(keychain).await
    }

    /// Checks that the keychain holds the items as they were written.
    async fn read_back(&self, keychain: &Keychain) -> Result<(), StoreError> {
        let (sink, mut arriving) = mpsc::channel::<Item>(QUEUE);
        let mut missing: HashMap<_, _> = self.items.iter().map(|(id, text)| (*id, text)).collect();
        let compare = async {
            while let Some((id, text)) = arriving.recv().await {
                if missing
                    .get(&id)
                    .is_some_and(|ours| item::same(id, ours, &text))
                {
                    missing.remove(&id);
                }
            }
        };
        let (loaded, ()) = tokio::join!(keychain.load(sink), compare);
        loaded?;
        if missing.is_empty() {
            return Ok(());
        }
        Err(errors::items_missing(missing.len()))
    }
}

/// Removes items. Returns those that are still there.
pub(super) async fn remove(
    keychain: &Keychain,
    mut ids: BTreeSet<AccountId>,
) -> (Result<(), StoreError>, BTreeSet<AccountId>) {
    while let Some(id) = ids.first().copied() {
        if let Err(error) = keychain.delete(id).await {
            return (Err(error), ids);
        }
        ids.remove(&id);
    }
    (Ok(()), ids)
}
