//! Imports: many accounts at once, all of them or none.
//!
//! First it is decided what becomes of each, against the vault as it is. Then their ids are noted,
//! their items are written one after the other, and read back; then the note is crossed out. If
//! something fails, what was written is removed again. What cannot be removed then, or was left by a
//! daemon that was killed, is noted still: it is not served, and is removed as soon as the keychain
//! has been read. `notes` keeps that apart for each store.

mod plan;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mfa_core::AccountId;
use mfa_core::item::{self, Entry};
use mfa_core::port::StoreError;
use mfa_ipc::Error;
use mfa_ipc::types::{AccountFields, ImportResult, MAX_IMPORTED};
use tokio::sync::mpsc;

use super::request::Reply;
use super::writes::Write;
use super::{QUEUE, Service, answer, errors};
use crate::keychain::{Item, Keychain};
pub(super) use plan::DryRun;
use plan::Planner;

/// How many dry runs may be under way.
const MAX_DRY_RUNS: usize = 8;

/// What becomes of the accounts of an import.
#[derive(Default)]
pub(super) struct Batch {
    /// In the order in which they came.
    pub(super) results: Vec<ImportResult>,
    /// Those that are added.
    pub(super) entries: Vec<Entry>,
    /// Which store they are written to.
    pub(super) store: String,
    items: Vec<Item>,
    stored: Arc<AtomicU32>,
}

/// What is written for it.
pub(super) struct Task {
    items: Vec<Item>,
    stored: Arc<AtomicU32>,
}

impl Batch {
    /// How many are stored so far.
    pub(super) fn stored(&self) -> u32 {
        self.stored.load(Ordering::Relaxed)
    }

    pub(super) fn ids(&self) -> BTreeSet<AccountId> {
        self.entries.iter().map(|entry| entry.account.id).collect()
    }

    /// The results of a dry run, whose new ids are never seen again.
    fn planned(mut self) -> Vec<ImportResult> {
        let new: HashSet<_> = self.ids().iter().map(ToString::to_string).collect();
        for result in &mut self.results {
            result.id.take_if(|id| new.contains(id));
        }
        self.results
    }

    /// Takes out what is to be written, if there is anything.
    pub(super) fn task(&mut self) -> Option<Task> {
        let items = std::mem::take(&mut self.items);
        let stored = Arc::clone(&self.stored);
        (!items.is_empty()).then_some(Task { items, stored })
    }
}

impl Task {
    pub(super) fn ids(&self) -> BTreeSet<AccountId> {
        self.items.iter().map(|(id, _)| *id).collect()
    }

    /// Writes all items, or none. Says which could not be removed again.
    pub(super) async fn run(
        self,
        keychain: &Keychain,
    ) -> (Result<(), StoreError>, BTreeSet<AccountId>) {
        let Err(error) = self.put(keychain).await else {
            return (Ok(()), BTreeSet::new());
        };
        // Those that are stored, and the one that failed; to look for the others takes its time.
        let begun = usize::try_from(self.stored.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let begun = self.items.iter().take(begun.saturating_add(1));
        let begun: BTreeSet<_> = begun.map(|(id, _)| *id).collect();
        let (_, left) = remove(keychain, begun.clone()).await;
        // What came too late for us may still come.
        let left = match error {
            StoreError::TimedOut => begun,
            _ => left,
        };
        (Err(error), left)
    }

    async fn put(&self, keychain: &Keychain) -> Result<(), StoreError> {
        for (id, text) in &self.items {
            keychain.put(*id, None, text.clone()).await?;
            self.stored.fetch_add(1, Ordering::Relaxed);
        }
        self.read_back(keychain).await
    }

    /// Looks whether the keychain has kept them as they are.
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
        let text = format!("of what was written, {} did not stay", missing.len());
        Err(StoreError::Unavailable(text))
    }
}

/// Removes items. Says which are there still.
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

impl Service {
    /// Says what would become of the accounts, or has them stored.
    pub(super) fn import(
        &mut self,
        accounts: Vec<AccountFields>,
        dry_run: bool,
        reply: Reply<Vec<ImportResult>>,
    ) {
        if accounts.len() > MAX_IMPORTED {
            return answer(reply, Err(errors::too_many_imported()));
        }
        if dry_run {
            return self.dry_run(accounts, reply);
        }
        self.write(Write::Import {
            accounts,
            batch: Batch::default(),
            reply,
        });
    }

    fn dry_run(&mut self, accounts: Vec<AccountFields>, reply: Reply<Vec<ImportResult>>) {
        if self.dry_runs.len() >= MAX_DRY_RUNS {
            return answer(reply, Err(errors::too_much()));
        }
        match self.now() {
            Ok(now) => {
                let planner = Planner::new(&self.vault, now);
                self.dry_runs
                    .push_back(DryRun::new(accounts, planner, reply));
            }
            Err(error) => answer(reply, Err(error)),
        }
    }

    /// Goes on with a dry run, for a moment.
    pub(super) fn go_on(&mut self) {
        let Some(mut run) = self.dry_runs.pop_front() else {
            return;
        };
        if run.reply.is_closed() {
            return;
        }
        if run.go_on(&self.vault) {
            // All of them come round.
            self.dry_runs.push_back(run);
        } else {
            let (batch, reply) = run.end();
            answer(reply, Ok(batch.planned()));
        }
    }

    /// Decides what becomes of each account.
    pub(super) fn plan_import(&self, accounts: &mut [AccountFields]) -> Result<Batch, Error> {
        let mut planner = Planner::new(&self.vault, self.now()?);
        for account in accounts {
            planner.decide(&self.vault, account);
        }
        Ok(planner.batch)
    }

    /// All items are read: has those removed that are left of an import, unless that is under way.
    pub(super) fn discard_left(&mut self) {
        if matches!(self.writing, Some(Write::Import { .. })) {
            self.left.clear();
            return;
        }
        // Of the others there is nothing here, and to look for each takes its time.
        let store = self.store.clone();
        let own = &self.unfinished(&store) & &self.left;
        if let Err(error) = self.note_unfinished(&store, own) {
            tracing::warn!(%error, "what is left of an import stays noted");
        }
        self.discard_unfinished();
    }

    fn discard_unfinished(&mut self) {
        if !self.left.is_empty() || !self.unfinished(&self.store).is_empty() {
            tracing::warn!("removing what is left of an import that was not complete");
            let store = self.store.clone();
            self.writes.push_back(Write::Discard { store });
        }
    }

    /// An import is complete but the note cannot be crossed out, by which the next daemon would
    /// remove it: so it is removed now, and fails.
    pub(super) fn take_back(&mut self, write: Write, error: &io::Error) {
        tracing::warn!(%error, "an import cannot be completed");
        write.fail(errors::import_not_noted(error));
        self.discard_unfinished();
        self.write_next();
    }
}
