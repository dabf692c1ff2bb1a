//! Adding, changing and removing accounts, and moving counters: one after the other.
//!
//! A write is checked when its turn comes, goes to the keychain, and changes the vault only when
//! the keychain has it. So two programs that add the same name at once get one account, and a
//! counter-based code is never shown before its counter is stored.

use std::collections::BTreeSet;

use mfa_core::account::Kind;
use mfa_core::item::{self, Entry};
use mfa_core::port::StoreError;
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::{AccountFields, ImportResult};
use zeroize::Zeroizing;

use super::door::Door;
use super::import::{self, Batch};
use super::request::{Outcome, Reply};
use super::{MAX_WAITING, Service, Signal, answer, errors, fields};
use crate::keychain::Keychain;

/// A change that waits for the keychain; the options are filled in when its turn comes.
pub(super) enum Write {
    Add {
        fields: AccountFields,
        entry: Option<Entry>,
        reply: Reply<String>,
    },
    Update {
        id: String,
        fields: AccountFields,
        account: Option<Account>,
        reply: Reply<()>,
    },
    Remove {
        id: String,
        known: Option<AccountId>,
        reply: Reply<()>,
    },
    Import {
        accounts: Vec<AccountFields>,
        batch: Batch,
        reply: Reply<Vec<ImportResult>>,
    },
    /// Removes what a store has left of an import that failed; nobody waits for it.
    Discard { store: String },
    Counter {
        id: AccountId,
        count: u32,
        first: u64,
        application: String,
        reply: Reply<Outcome>,
    },
}

/// What the keychain is asked to do.
enum Job {
    /// What we know of the item, nothing for a new one, and what it shall be.
    Put(AccountId, Option<Zeroizing<String>>, Zeroizing<String>),
    Delete(AccountId),
    Import(import::Task),
    Discard(BTreeSet<AccountId>),
    /// It turned out that there is nothing to do.
    Nothing,
}

/// What came of it.
pub(super) enum Written {
    /// The keychain has answered.
    Done(Result<(), StoreError>),
    /// The same for several items; these are there and should not be.
    Several(Result<(), StoreError>, BTreeSet<AccountId>),
    /// The task ended early.
    Unknown,
}

impl Job {
    async fn run(self, keychain: Keychain) -> Written {
        match self {
            Self::Put(id, old, text) => Written::Done(keychain.put(id, old, text).await),
            Self::Delete(id) => Written::Done(keychain.delete(id).await),
            Self::Import(task) => {
                let (result, left) = task.run(&keychain).await;
                Written::Several(result, left)
            }
            Self::Discard(ids) => {
                let (result, left) = import::remove(&keychain, ids).await;
                Written::Several(result, left)
            }
            Self::Nothing => Written::Done(Ok(())),
        }
    }
}

impl Write {
    pub(super) fn add(fields: AccountFields, reply: Reply<String>) -> Self {
        Self::Add {
            fields,
            entry: None,
            reply,
        }
    }

    pub(super) fn update(id: String, fields: AccountFields, reply: Reply<()>) -> Self {
        Self::Update {
            id,
            fields,
            account: None,
            reply,
        }
    }

    pub(super) fn remove(id: String, reply: Reply<()>) -> Self {
        Self::Remove {
            id,
            known: None,
            reply,
        }
    }

    /// Answers with an error.
    pub(super) fn fail(self, error: Error) {
        match self {
            Self::Add { reply, .. } => answer(reply, Err(error)),
            Self::Update { reply, .. } | Self::Remove { reply, .. } => answer(reply, Err(error)),
            Self::Import { reply, .. } => answer(reply, Err(error)),
            Self::Discard { .. } => {}
            Self::Counter { reply, .. } => answer(reply, Err(error)),
        }
    }

    /// How many accounts of an import are stored so far.
    pub(super) fn stored(&self) -> Option<u32> {
        match self {
            Self::Import { batch, .. } => Some(batch.stored()),
            _ => None,
        }
    }

    /// Answers what is true: it was stored, although the accounts were locked meanwhile. A code
    /// cannot be given any more; its counter is spent.
    fn done_while_closed(self) {
        match self {
            Self::Add { reply, entry, .. } => {
                let id = entry.map(|entry| entry.account.id.to_string());
                answer(reply, id.ok_or_else(errors::no_such_id));
            }
            Self::Update { reply, .. } | Self::Remove { reply, .. } => answer(reply, Ok(())),
            Self::Import { reply, batch, .. } => answer(reply, Ok(batch.results)),
            Self::Discard { .. } => {}
            Self::Counter { reply, .. } => answer(reply, Err(errors::store(&StoreError::Locked))),
        }
    }
}

impl Service {
    /// Puts a write into the queue.
    pub(super) fn write(&mut self, write: Write) {
        if self.writes.len() >= MAX_WAITING {
            return write.fail(errors::too_much());
        }
        self.writes.push_back(write);
        self.write_next();
    }

    /// Begins with the next write, if none is under way and the vault says what is there.
    pub(super) fn write_next(&mut self) {
        while self.writing.is_none() && self.door == Door::Open {
            let Some(mut write) = self.writes.pop_front() else {
                return;
            };
            match self.prepare(&mut write) {
                Ok(job) => {
                    let keychain = self.parts.keychain.clone();
                    self.write_task.spawn(job.run(keychain));
                    self.writing = Some(write);
                }
                Err(error) => write.fail(error),
            }
        }
    }

    /// Checks a write against the vault as it is now.
    fn prepare(&mut self, write: &mut Write) -> Result<Job, Error> {
        match write {
            Write::Add { fields, entry, .. } => {
                let new = self.new_entry(fields)?;
                let text = new.to_text().map_err(errors::item)?;
                let id = new.account.id;
                *entry = Some(new);
                Ok(Job::Put(id, None, text))
            }
            Write::Update {
                id,
                fields,
                account,
                ..
            } => {
                let old = self.known(id)?;
                let new = fields::change(&old.account, fields, self.now()?)?;
                self.vault.admits(&new).map_err(errors::clash)?;
                let text = item::to_text(&new, &old.secret).map_err(errors::item)?;
                let known = self.stored(old)?;
                let id = new.id;
                *account = Some(new);
                Ok(Job::Put(id, Some(known), text))
            }
            Write::Remove { id, known, .. } => {
                let id = self.known(id)?.account.id;
                *known = Some(id);
                Ok(Job::Delete(id))
            }
            Write::Import {
                accounts, batch, ..
            } => {
                *batch = self.plan_import(accounts)?;
                self.prepare_import(batch)
            }
            Write::Discard { store } => Ok(self.prepare_discard(store)),
            Write::Counter {
                id, count, first, ..
            } => {
                let old = self.vault.get(*id).ok_or_else(errors::no_such_id)?;
                let counter = old.account.kind.counter().ok_or_else(errors::no_such_id)?;
                let mut new = old.account.clone();
                *first = counter;
                let counter = counter.checked_add(u64::from(*count));
                let counter = counter.ok_or_else(errors::counter_at_end)?;
                new.kind = Kind::Hotp { counter };
                let text = item::to_text(&new, &old.secret).map_err(errors::item)?;
                let known = self.stored(old)?;
                Ok(Job::Put(*id, Some(known), text))
            }
        }
    }

    fn prepare_import(&mut self, batch: &mut Batch) -> Result<Job, Error> {
        let Some(task) = batch.task() else {
            return Ok(Job::Nothing);
        };
        batch.store.clone_from(&self.store);
        // There may be some still of one that failed.
        let ids = &self.unfinished(&batch.store) | &task.ids();
        self.note_unfinished(&batch.store, ids)
            .map_err(|error| errors::import_not_noted(&error))?;
        Ok(Job::Import(task))
    }

    fn prepare_discard(&mut self, store: &str) -> Job {
        let left = std::mem::take(&mut self.left);
        match &self.unfinished(store) | &left {
            ids if ids.is_empty() || store != self.store => Job::Nothing,
            ids => Job::Discard(ids),
        }
    }

    fn new_entry(&self, fields: &AccountFields) -> Result<Entry, Error> {
        let entry = fields::create(fields, self.now()?, &self.vault)?;
        self.vault.admits(&entry.account).map_err(errors::clash)?;
        let twins = self
            .vault
            .entries()
            .filter(|other| other.secret.same_as(&entry.secret));
        // Of several, the one that is most like it.
        let twin = twins.min_by_key(|other| {
            let (one, other) = (&entry.account, &other.account);
            let alike = (&one.issuer, &one.username) == (&other.issuer, &other.username);
            (!alike, &other.name)
        });
        match twin {
            Some(twin) if fields.duplicate != Some(true) => {
                Err(errors::known_secret(&twin.account))
            }
            _ => Ok(entry),
        }
    }

    /// The text that the keychain should have of an account.
    fn stored(&self, entry: &Entry) -> Result<Zeroizing<String>, Error> {
        let mut account = entry.account.clone();
        if let Some(name) = self.renamed.get(&account.id) {
            account.name.clone_from(name);
        }
        item::to_text(&account, &entry.secret).map_err(errors::item)
    }

    fn known(&self, id: &str) -> Result<&Entry, Error> {
        AccountId::parse(id)
            .and_then(|id| self.vault.get(id))
            .ok_or_else(errors::no_such_id)
    }

    /// The keychain has answered.
    pub(super) fn written(&mut self, written: Written) {
        let Some(write) = self.writing.take() else {
            return;
        };
        let result = match written {
            Written::Done(result) => result,
            Written::Several(result, left) => {
                let noted = match &write {
                    Write::Import { batch, .. } => {
                        let others = &self.unfinished(&batch.store) - &batch.ids();
                        self.note_unfinished(&batch.store, &others | &left)
                    }
                    Write::Discard { store } => {
                        let still = &self.unfinished(store) & &left;
                        self.note_unfinished(store, still)
                    }
                    _ => Ok(()),
                };
                match noted {
                    Ok(()) => result,
                    Err(error) => return self.take_back(write, &error),
                }
            }
            // What it has left behind is still noted.
            Written::Unknown => Err(StoreError::TimedOut),
        };
        match result {
            Ok(()) => self.apply(write),
            Err(StoreError::Changed) => {
                write.fail(errors::store(&StoreError::Changed));
                self.read_again();
            }
            Err(error) => {
                tracing::warn!(%error, "an account could not be stored");
                write.fail(errors::store(&error));
                self.look_again();
            }
        }
        self.write_next();
    }

    /// The keychain has it: now the vault has it too, unless it was closed meanwhile.
    fn apply(&mut self, write: Write) {
        // While items are read, those of an import are passed over.
        let misses_import = self.door == Door::Loading && matches!(write, Write::Import { .. });
        if self.door != Door::Open && !misses_import {
            return write.done_while_closed();
        }
        match write {
            Write::Add { entry, reply, .. } => {
                let Some(entry) = entry else { return };
                let id = entry.account.id;
                self.keep(entry);
                answer(reply, Ok(id.to_string()));
            }
            Write::Update { account, reply, .. } => {
                let Some(account) = account else { return };
                self.renamed.remove(&account.id);
                answer(reply, self.vault.update(account).map_err(errors::vault));
            }
            Write::Remove { known, reply, .. } => {
                let Some(id) = known else { return };
                drop(self.vault.take(id));
                self.parts.notes.ledger.forget(id);
                answer(reply, Ok(()));
            }
            Write::Import { batch, reply, .. } => {
                for entry in batch.entries {
                    self.keep(entry);
                }
                answer(reply, Ok(batch.results));
            }
            Write::Discard { .. } => return,
            Write::Counter {
                id,
                count,
                first,
                application,
                reply,
            } => {
                self.renamed.remove(&id);
                let end = first.saturating_add(u64::from(count));
                self.vault.advance(id, end);
                let codes: Result<Vec<_>, _> = (first..end)
                    .map(|n| self.vault.code(id, n).map_err(errors::vault))
                    .collect();
                self.issued(id, application);
                return answer(reply, codes.map(Outcome::Codes));
            }
        }
        self.signal(Signal::AccountsChanged);
    }
}
