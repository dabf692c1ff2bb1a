//! Automatic backups: a few seconds after the accounts have changed, a backup is written to a folder.
//!
//! What the latest backups hold is noted, also those that a client has made. A backup that fails is tried again some minutes
//! later, with the next change, and when the accounts are read again. The folder has to have one of its own: it may be
//! another one than before, and somebody may have emptied it.
//!
//! Codes of counter-based accounts are a change, too: an old counter gives codes that the service has seen. But they come
//! one after the other, so the backup waits longer, for all of them. Whoever makes backups by hand is not told after each
//! code that no backup holds the account: its secret is there, and an older counter can be counted on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_core::account::MAX_NAME;
use mfa_core::port::{BackedUp, Kept, StoreError};
use mfa_core::{Account, AccountId, naming};
use serde::Deserialize;
use thiserror::Error as ThisError;
use tokio::task::JoinError;

use super::Service;
use super::errands::Errands;
use super::state::State;
use crate::backups::{self, Folder};
use crate::keychain::{Item, Keychain};

/// How long after a change the backup is made. Other changes may follow.
const PAUSE: Duration = Duration::from_secs(3);
/// The same after a code was counted.
const PAUSE_TO_COUNT: Duration = Duration::from_secs(30);

/// How long after a failure the backup is tried again.
const PAUSE_TO_RETRY: Duration = Duration::from_secs(5 * 60);

/// The automatic backups.
#[derive(Default)]
pub(super) struct Backups {
    /// When the next one is made, since boot.
    due: Option<Duration>,
    /// Whether it is made only if the folder has lost the latest one.
    is_look: bool,
    /// The one that is being made, with what it holds.
    underway: Errands<BackedUp, Result<Made, Failure>>,
    /// Why the last one was not made; empty if it was.
    pub(super) problem: String,
}

/// What has become of a backup.
pub(super) enum Made {
    Written,
    /// The folder has the one from before, which holds the same.
    There,
}

/// Why a backup was not made.
#[derive(Debug, ThisError)]
pub(super) enum Failure {
    #[error("no passphrase is set: mfactl backup --automatic")]
    NoPassphrase,
    #[error(transparent)]
    Keychain(#[from] StoreError),
    #[error(transparent)]
    Folder(#[from] backups::Error),
    #[error("an internal error occurred")]
    Ended,
}

impl Backups {
    /// Waits for the end of the backup that is being made, or returns `None` if none is.
    pub(super) async fn made(
        &mut self,
    ) -> Option<(BackedUp, Result<Result<Made, Failure>, JoinError>)> {
        self.underway.ended().await
    }
}

impl Service {
    /// Plans a backup, or a look at the folder if the latest backup there holds the accounts as they are.
    pub(super) fn plan_backup(&mut self) {
        let Some(folder) = &self.parts.backups else {
            return;
        };
        let noted = &self.parts.notes.backed_up;
        let unlocked = &self.accounts.unlocked;
        let is_held = |account: &&Account| self.is_backed_up(account);
        let is_in_folder = |file: &String| folder.is_place_of(Path::new(file));
        let is_same = noted.file.as_ref().is_some_and(is_in_folder)
            && noted.accounts.len() == unlocked.len()
            && unlocked.accounts().iter().all(is_held);
        // A look does not take the place of a backup that is due.
        self.backups.is_look = is_same && (self.backups.due.is_none() || self.backups.is_look);
        self.backups.due = Some(self.parts.clock.since_boot() + PAUSE);
    }

    /// Notes that the folder has no backup that counts, so that one is made.
    pub(super) fn has_no_backup_file(&mut self) {
        if self.parts.notes.backed_up.file.take().is_none() {
            return;
        }
        if let Err(error) = self.parts.journal.store(&self.parts.notes) {
            tracing::warn!(%error, "cannot record that another backup is needed");
        }
    }

    /// Plans a backup after codes were counted, unless one is planned already.
    pub(super) fn plan_backup_of_counters(&mut self) {
        if self.parts.backups.is_some() {
            let due = self.parts.clock.since_boot() + PAUSE_TO_COUNT;
            self.backups.due.get_or_insert(due);
            self.backups.is_look = false;
        }
    }

    /// Returns how long to sleep until a backup is due.
    pub(super) fn backup_check(&self) -> Option<Duration> {
        let due = self
            .backups
            .due
            .filter(|_| self.backups.underway.is_empty())?;
        Some(due.saturating_sub(self.parts.clock.since_boot()))
    }

    /// Begins the backup that is due, if the accounts are known. If not, it is planned again once they are.
    pub(super) fn back_up(&mut self) {
        if self.backup_check().is_none_or(|left| !left.is_zero()) {
            return;
        }
        self.backups.due = None;
        let (Some(folder), Ok(now)) = (self.parts.backups.clone(), self.now()) else {
            return;
        };
        if self.door.state != State::Open || self.accounts.unlocked.is_empty() {
            return;
        }
        let latest = self.parts.notes.backed_up.file.as_ref().map(PathBuf::from);
        let latest = latest.filter(|_| self.backups.is_look);
        let mut holds = BackedUp {
            at: now,
            file: folder.file(now).to_str().map(str::to_owned),
            ..BackedUp::default()
        };
        let mut items = Vec::new();
        for entry in self.accounts.unlocked.entries() {
            match self.accounts.stored_text(entry) {
                Ok(text) => {
                    holds.note(&entry.account);
                    items.push((entry.account.id, text));
                }
                // It stays among those that no backup holds.
                Err(_) => {
                    tracing::warn!(id = %entry.account.id, "an automatic backup leaves an account out");
                }
            }
        }
        let keychain = self.parts.keychain.clone();
        let making = make(keychain, folder, items, now, latest);
        self.backups.underway.start(holds, making);
    }

    /// Handles the end of a backup.
    pub(super) fn backed_up(
        &mut self,
        holds: BackedUp,
        end: Result<Result<Made, Failure>, JoinError>,
    ) {
        match end.unwrap_or(Err(Failure::Ended)) {
            Ok(Made::There) => {}
            Ok(Made::Written) => {
                tracing::info!(accounts = holds.accounts.len(), "made an automatic backup");
                self.backups.problem.clear();
                self.note_backup(holds);
            }
            Err(error) => {
                let problem = error.to_string();
                if problem != self.backups.problem {
                    tracing::warn!(%error, "cannot make an automatic backup");
                }
                self.backups.problem = problem;
                let due = self.parts.clock.since_boot() + PAUSE_TO_RETRY;
                self.backups.due.get_or_insert(due);
                self.backups.is_look = false;
            }
        }
    }

    /// Notes what a backup holds that is stored and was compared.
    pub(super) fn note_backup(&mut self, holds: BackedUp) {
        self.parts.notes.backed_up = holds;
        if let Err(error) = self.parts.journal.store(&self.parts.notes) {
            tracing::warn!(%error, "cannot record what the backup holds");
        }
    }

    /// Notes that no backup holds these accounts as they are now, though they may have the times that a backup knows.
    pub(super) fn is_not_backed_up(&mut self, ids: &BTreeSet<AccountId>) {
        let noted = &mut self.parts.notes.backed_up.accounts;
        let before = noted.len();
        noted.retain(|id, _| !ids.contains(id));
        if noted.len() == before {
            return;
        }
        if let Err(error) = self.parts.journal.store(&self.parts.notes) {
            tracing::warn!(%error, "cannot record that no backup holds what was changed");
        }
    }

    /// Returns the names of the accounts that no backup holds as they are. Those that cannot be read are in none.
    pub(super) fn not_backed_up(&self) -> Vec<String> {
        let accounts = self.accounts.unlocked.accounts().into_iter();
        let missing = accounts.filter(|account| !self.is_backed_up(account));
        let mut names: Vec<_> = missing.map(|account| account.name.clone()).collect();
        names.extend(self.accounts.unread.values().map(|text| unread(text)));
        names
    }

    fn is_backed_up(&self, account: &Account) -> bool {
        let noted = &self.parts.notes.backed_up;
        noted.holds(account) && (self.parts.backups.is_none() || noted.is_counted(account))
    }
}

/// What an item that cannot be read says of itself. Its link is not looked at.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Says which account cannot be read.
fn unread(text: &str) -> String {
    let named = serde_json::from_str::<Named>(text);
    let name = named.map_or_else(
        |_| String::new(),
        |named| naming::tidy(&named.name, MAX_NAME),
    );
    match name.is_empty() {
        true => "an account that cannot be read".to_owned(),
        false => format!("{name} (cannot be read)"),
    }
}

async fn make(
    keychain: Keychain,
    folder: Folder,
    items: Vec<Item>,
    now: u64,
    latest: Option<PathBuf>,
) -> Result<Made, Failure> {
    if let Some(latest) = latest {
        let place = folder.path.clone();
        // A folder that is missing may be on a drive, with the backup in it.
        let is_there = move || latest.is_file() || !place.is_dir();
        let looking = tokio::task::spawn_blocking(is_there);
        if looking.await.map_err(|_| Failure::Ended)? {
            return Ok(Made::There);
        }
    }
    let passphrase = keychain.passphrase(Kept::Backup).await?;
    let passphrase = passphrase.ok_or(Failure::NoPassphrase)?;
    let writing = tokio::task::spawn_blocking(move || {
        let written = folder.write(&items, &passphrase, now);
        mfa_sys::memory::scrub_stack();
        written
    });
    let written = writing.await.map_err(|_| Failure::Ended)?;
    written.map(|()| Made::Written).map_err(Failure::Folder)
}
