//! Synchronising with a file, in the steps of [`sync`](crate::sync). The blocking ones run on threads of their own.

mod told;

use std::path::PathBuf;
use std::sync::Arc;

use mfa_core::access::record::Action;
use mfa_core::merge::{Outcome, version};
use mfa_core::port::Kept;
use mfa_ipc::Error;
use mfa_ipc::types::{SyncChange, SyncOptions, SyncReport};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::Handle;
use crate::caller::Asker;
use crate::keychain::Passphrase;
use crate::refusals;
use crate::service::ask::{MayKeep, Snapshot};
use crate::service::change::{Apply, KeepPassphrase};
use crate::service::errors;
use crate::sync::{self, Here, Merged, Opened};
use told::told;

/// How often all begins again because the file or the accounts have changed meanwhile.
const MAX_TRIES: u32 = 5;

/// A file may take a gigabyte of memory and some seconds, and two writes of one daemon would only meet each other.
static SYNCING: Mutex<()> = Mutex::const_new(());

/// What was done when a merge was made true.
struct Done {
    written: bool,
    folder: Option<String>,
    left: Vec<String>,
    file: Option<[u8; 32]>,
    revision: u64,
}

/// What came of making a merge true.
enum Attempt {
    Done(Done),
    /// The file or the accounts have changed meanwhile, once the file was written or before.
    Outdated {
        has_written: bool,
    },
}

/// A file that was read, and what the merge with it came to.
type Planned = (Opened, Here, Merged);

/// What came of a synchronisation.
pub(crate) struct Synced {
    pub(crate) report: SyncReport,
    pub(crate) changes: Vec<SyncChange>,
    /// The fingerprint of the file as it is now.
    pub(crate) file: Option<[u8; 32]>,
    /// The revision of the accounts that are the same as those of the file.
    pub(crate) revision: u64,
}

/// A synchronisation that is under way.
struct Round<'a> {
    asker: &'a Asker,
    path: PathBuf,
    passphrase: Arc<Zeroizing<String>>,
    options: SyncOptions,
    is_own: bool,
}

impl Handle {
    /// Synchronises the accounts with the file at a path.
    pub(crate) async fn sync(
        &self,
        asker: &Asker,
        path: PathBuf,
        passphrase: Passphrase,
        options: SyncOptions,
    ) -> Result<(SyncReport, Vec<SyncChange>), Error> {
        let asker = &Asker {
            action: Some(Action::Sync),
            ..asker.clone()
        };
        if options.remember {
            self.ask(asker, MayKeep(asker.clone())).await?;
        }
        let passphrase = Arc::new(passphrase.into_text());
        let round = Round {
            asker,
            path,
            passphrase: Arc::clone(&passphrase),
            options,
            is_own: false,
        };
        let Synced {
            report, changes, ..
        } = self.round(round).await?;
        if options.remember && report.done {
            let keep = KeepPassphrase {
                asker: asker.clone(),
                of: Kept::Sync,
                passphrase: Zeroizing::clone(&passphrase),
            };
            self.change(asker, keep).await?;
        }
        if report.done {
            self.synced.notify_one();
        }
        Ok((report, changes))
    }

    /// Synchronises the accounts with the file of the configuration, if they are open. A file that they have never been
    /// synchronised with stays as it is.
    pub(crate) async fn sync_own(
        &self,
        asker: &Asker,
        path: PathBuf,
        passphrase: Zeroizing<String>,
    ) -> Result<Synced, Error> {
        let options = SyncOptions {
            unless_first: true,
            ..SyncOptions::default()
        };
        let round = Round {
            asker,
            path,
            passphrase: Arc::new(passphrase),
            options,
            is_own: true,
        };
        self.round(round).await
    }

    /// Waits until somebody has synchronised the accounts with a file.
    pub(crate) async fn others_synced(&self) {
        self.synced.notified().await;
    }

    async fn round(&self, round: Round<'_>) -> Result<Synced, Error> {
        let (asker, options) = (round.asker, round.options);
        let (first, again) = match round.is_own {
            true => (Snapshot::Own, Snapshot::Own),
            false => (Snapshot::First, Snapshot::Again),
        };
        // The user may be asked about it, which holds up nobody else. The accounts are looked at once it is its turn.
        drop(self.get(asker, first).await?);
        let _only = SYNCING.lock().await;
        let mut here = self.ask(asker, again).await?;
        let mut left = MAX_TRIES;
        let mut before = Vec::new();
        loop {
            left -= 1;
            let (path, passphrase) = (round.path.clone(), Arc::clone(&round.passphrase));
            let planned = blocking(move || {
                let opened = Opened::read(&path, &passphrase, options.create)?;
                let merged = opened.merge(&here)?;
                Ok((opened, here, merged))
            });
            let (opened, of_here, merged) =
                planned.await?.map_err(|error| refusals::sync(&error))?;
            let mut synced = told(&opened, &of_here, &merged);
            let is_new_to_it = merged.is_first && !opened.is_new();
            let asks = is_new_to_it || merged.missing > 0;
            if options.dry_run || (options.unless_first && asks) {
                return Ok(synced);
            }
            let done = self.carry_out(&round, (opened, of_here, merged)).await;
            match done? {
                Attempt::Done(done) => {
                    synced.report.done = true;
                    synced.report.written = done.written;
                    synced.report.folder = done.folder;
                    synced.report.left = done.left;
                    (synced.file, synced.revision) = (done.file, done.revision);
                    synced.follow(before);
                    return Ok(synced);
                }
                Attempt::Outdated { .. } if left == 0 => {
                    return Err(refusals::sync(&sync::Error::Changed));
                }
                Attempt::Outdated { has_written } => {
                    before.extend(has_written.then_some(synced));
                    here = self.ask(asker, again).await?;
                }
            }
        }
    }

    /// Makes the result of a merge true, unless the file or the accounts have changed meanwhile.
    async fn carry_out(&self, round: &Round<'_>, planned: Planned) -> Result<Attempt, Error> {
        let written = blocking(move || {
            let (mut opened, here, merged) = planned;
            let written = opened.write(&merged.outcome);
            written.map(|written| (written, opened, here, merged))
        });
        let (written, mut opened, here, merged) = match written.await? {
            Ok(all) => all,
            Err(sync::Error::Changed) => return Ok(Attempt::Outdated { has_written: false }),
            Err(error) => return Err(refusals::sync(&error)),
        };
        let outcome = merged.outcome;
        let apply = change(&outcome, here.revision, round);
        // This is what the change itself makes of it.
        let is_changed = !apply.puts.is_empty() || !apply.removed.is_empty();
        let revision = here.revision + u64::from(is_changed);
        match self.change(round.asker, apply).await {
            Err(error) if errors::is_outdated(&error) => {
                return Ok(Attempt::Outdated {
                    has_written: written,
                });
            }
            changed => changed?,
        }
        let noted = blocking(move || {
            opened.note(&here, &outcome.base)?;
            let folder = opened.put_copies_away();
            Ok(Done {
                written,
                folder,
                left: opened.left(),
                file: opened.fingerprint(),
                revision,
            })
        });
        noted
            .await?
            .map(Attempt::Done)
            .map_err(|error| refusals::sync(&error))
    }
}

/// Runs work that blocks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, sync::Error> + Send + 'static,
) -> Result<Result<T, sync::Error>, Error> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        mfa_sys::memory::scrub_stack();
        done
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "a task ended unexpectedly");
        errors::internal()
    })
}

/// Returns the change of the accounts of this computer.
fn change(outcome: &Outcome, revision: u64, round: &Round<'_>) -> Apply {
    let ids = outcome.here.added.iter().chain(outcome.here.changed.keys());
    let puts = ids.filter_map(|id| outcome.accounts.get(id));
    Apply {
        puts: puts
            .map(|kept| version(&kept.entry.account, &kept.entry.secret))
            .collect(),
        removed: outcome.here.removed.keys().copied().collect(),
        moved: outcome.moved.clone(),
        asker: round.asker.clone(),
        revision,
        is_own: round.is_own,
    }
}
