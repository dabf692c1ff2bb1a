//! A change of many accounts at once: it adds some, replaces others and removes others, all of it or nothing.
//!
//! A keychain changes one item at a time, so the change is made in steps. First the new texts are stored in items of
//! their own, which are noted like those of an import: they are never served, and are removed if the change fails or
//! the daemon is killed. They are read back. Then one write of the state file decides the change: it notes which of
//! these items holds the text of which account, and which accounts are removed. From then on the change counts as
//! made. Then the accounts are written, the note is crossed out, and the items are removed. If something fails after
//! the decision, the change is completed when the keychain is read again, before the accounts are served; see
//! [`redo`](crate::service::redo). A vault file is written as a whole, so it needs none of this.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{io, mem};

use mfa_core::AccountId;
use mfa_core::item::Entry;
use mfa_core::port::{ItemChange, Redo};
use mfa_ipc::Error;

use super::writing::{Writing, carry_out};
use super::{Change, Job};
use crate::caller::Asker;
use crate::service::accounts::new_id;
use crate::service::cause::Needs;
use crate::service::{Service, errors};

/// A change of many accounts, as it was planned.
pub(in crate::service) struct Apply {
    /// The accounts as they are to be, by their ids. No counter goes back, whatever its account's id was.
    pub(in crate::service) puts: Vec<Entry>,
    /// The accounts to remove.
    pub(in crate::service) removed: BTreeSet<AccountId>,
    /// The accounts that get another id, whose new ones are among those above.
    pub(in crate::service) moved: BTreeMap<AccountId, AccountId>,
    /// Who changes the rules with it, if accounts get other ids.
    pub(in crate::service) asker: Asker,
    /// The revision of the stored accounts that the plan was made for.
    pub(in crate::service) revision: u64,
    /// Whether it is the daemon's own, for which the accounts are not opened.
    pub(in crate::service) is_own: bool,
}

/// A change that is being made.
pub(in crate::service) struct Applying {
    puts: Vec<Entry>,
    removed: BTreeSet<AccountId>,
    moved: BTreeMap<AccountId, AccountId>,
    asker: Asker,
    /// The store that the change is made in.
    store: String,
    redo: Redo,
    /// The work that remains once the change is decided.
    steps: Vec<ItemChange>,
    stored: Arc<AtomicU32>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The new texts are being stored in items of their own.
    Staging,
    /// The change is decided, and the accounts are being written.
    Decided,
    /// All is written as one.
    AtOnce,
}

impl Change for Apply {
    type Answer = ();
    type Ready = Applying;

    fn prepare(mut self, service: &mut Service) -> Result<(Job, Applying), Error> {
        if self.revision != service.accounts.revision {
            return Err(errors::outdated());
        }
        let steps = self.steps(&service.accounts)?;
        let edited = self.edited(&service.accounts);
        let Self {
            puts,
            removed,
            moved,
            asker,
            ..
        } = self;
        let mut applying = Applying {
            puts,
            removed,
            moved,
            asker,
            store: service.door.store.clone(),
            redo: Redo::default(),
            steps,
            stored: Arc::default(),
            stage: Stage::AtOnce,
        };
        if applying.steps.is_empty() {
            return Ok((Box::pin(async { Ok(()).into() }), applying));
        }
        service.note_moves(&applying.asker, &applying.moved)?;
        service.note_counters(&applying.removed);
        // Before anything is written: whatever happens afterwards, no backup is said to hold what it does not.
        service.is_not_backed_up(&edited);
        let keychain = service.parts.keychain.clone();
        if keychain.changes_at_once() {
            let steps = mem::take(&mut applying.steps);
            let job = Box::pin(async move { keychain.change_all(steps).await.into() });
            return Ok((job, applying));
        }
        let writing = applying.stage()?;
        let ids = &service.unfinished(&applying.store) | &writing.ids();
        let noted = service.note_unfinished(&applying.store, ids);
        noted.map_err(|error| errors::change_not_noted(&error))?;
        let staged = writing.ids();
        let job = Box::pin(async move {
            let mut written = writing.run(&keychain).await;
            if written.result.is_ok() {
                // Until the change is decided, they are not to stay.
                written.left = staged;
            }
            written
        });
        Ok((job, applying))
    }

    fn needs(&self) -> Needs {
        match self.is_own {
            true => Needs::Nothing,
            false => Needs::Accounts,
        }
    }

    fn note_left(
        applying: &Applying,
        service: &mut Service,
        left: &BTreeSet<AccountId>,
    ) -> io::Result<()> {
        if applying.stage == Stage::Decided {
            return Ok(());
        }
        let others = &service.unfinished(&applying.store) - &applying.staged();
        service.note_unfinished(&applying.store, &others | left)
    }

    fn next(applying: &mut Applying, service: &mut Service) -> Result<Option<Job>, Error> {
        match applying.stage {
            Stage::Staging => {
                let decided = service.decide(&applying.store, applying.redo.clone());
                decided.map_err(|error| errors::change_not_noted(&error))?;
                applying.stage = Stage::Decided;
                let steps = mem::take(&mut applying.steps);
                let keychain = service.parts.keychain.clone();
                let job = async move { carry_out(&keychain, steps).await.into() };
                Ok(Some(Box::pin(job)))
            }
            Stage::Decided => {
                // Until it is crossed out, no other change is made.
                if let Err(error) = service.cross_out(&applying.store) {
                    tracing::warn!(%error, "cannot cross out the record of a change that is complete");
                }
                Ok(None)
            }
            Stage::AtOnce => Ok(None),
        }
    }

    fn done(applying: Applying, service: &mut Service) -> Result<(), Error> {
        let Applying {
            puts,
            removed,
            moved,
            asker,
            ..
        } = applying;
        if puts.is_empty() && removed.is_empty() {
            return Ok(());
        }
        // All names are free before one of them is given to another account.
        for put in &puts {
            drop(service.accounts.unlocked.take(put.account.id));
        }
        for id in removed {
            service.has_removed(id);
        }
        service.have_moved(&asker, &moved);
        for entry in puts {
            service.accounts.is_stored_as_named(entry.account.id);
            service.accounts.unread.remove(&entry.account.id);
            service.accounts.keep(entry);
        }
        service.accounts_changed();
        Ok(())
    }

    fn done_while_locked(_: Applying) -> Result<(), Error> {
        Ok(())
    }

    fn imported(applying: &Applying) -> Option<u32> {
        Some(applying.stored.load(Ordering::Relaxed))
    }

    fn is_of_many(_: &Applying) -> bool {
        true
    }
}

impl Applying {
    /// Gives each new text an item of its own, and returns the work that writes these.
    fn stage(&mut self) -> Result<Writing, Error> {
        self.stage = Stage::Staging;
        let mut staged = BTreeMap::new();
        let mut items = Vec::new();
        for step in &self.steps {
            if let Some(new) = &step.new {
                let item = new_id()?;
                staged.insert(step.id, item);
                items.push((item, new.clone()));
            }
        }
        self.redo = Redo {
            staged,
            removed: self.removed.clone(),
        };
        let known = self.steps.iter().map(|step| (step.id, step.old.clone()));
        let writing = Writing::of(items).beside(known);
        self.stored = writing.stored();
        Ok(writing)
    }

    fn staged(&self) -> BTreeSet<AccountId> {
        self.redo.staged.values().copied().collect()
    }
}
