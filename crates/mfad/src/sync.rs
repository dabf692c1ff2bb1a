//! Synchronises the accounts with a KDBX file that somebody else carries between computers.
//!
//! The daemon reads and writes the file itself, so that its secrets pass through no other program. What becomes of each
//! account is decided by [`mfa_core::merge`]; here is the order in which it is made true:
//!
//! 1. The file and its conflict copies are read, and merged with the accounts of this computer.
//! 2. The file is replaced, unless it has changed since it was read: then all begins again.
//! 3. The accounts of this computer are changed, all or none.
//! 4. The base is stored: what both have in common now.
//! 5. The conflict copies are moved to a folder of theirs.
//!
//! If the daemon is killed in between, nothing is lost, and the next synchronisation comes to the same accounts. After 2,
//! the file has all that this computer had, and the old base still says what this computer has changed: the same again.
//! After 3, both are the same, and only the base is old. It makes the fields that came from the file look as if they
//! had been edited here too, with the values that the file has: nothing to do. A deletion that came from the file looks
//! as if it had been made here too. After 4, the copies are merged once more, which changes nothing.

mod base;
mod copies;
mod file;
pub(crate) mod glance;
mod platform;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use mfa_core::AccountId;
use mfa_core::item::Entry;
use mfa_core::merge::{self, Base, Outcome, Side};
use mfa_ipc::types::MAX_IMPORTED;
use mfa_keepass::sync::{self, unread};
use mfa_keepass::{Database, DatabaseKey, faithful};
use thiserror::Error as ThisError;

use crate::database;
use file::Seen;
pub(crate) use file::place;
pub(crate) use glance::Glance;

/// Why a synchronisation fails. No text has anything of the file.
#[derive(Debug, ThisError)]
pub(crate) enum Error {
    #[error(transparent)]
    File(#[from] database::Error),
    #[error("another program is synchronising with the file: try again")]
    Busy,
    /// The file has changed since it was read.
    #[error("the file keeps changing: try again later")]
    Changed,
    #[error("the file cannot be written: {0}")]
    NotWritten(io::Error),
    #[error("cannot record what both sides have in common: {0}")]
    NotNoted(io::Error),
    #[error("the accounts are kept in this very file: choose another one")]
    Vault,
    #[error(
        "the accounts of this computer and of the file are more than {MAX_ACCOUNTS}, which are too many to keep in step"
    )]
    TooMany,
}

/// The accounts of this computer, as they were when a synchronisation began.
pub(crate) struct Here {
    pub(crate) entries: Vec<Entry>,
    /// The ids of items that cannot be read. They stay as they are.
    pub(crate) unreadable: BTreeSet<AccountId>,
    /// How far counter-based accounts were counted before they were removed.
    pub(crate) removed: BTreeMap<AccountId, u64>,
    /// The store that the accounts are in.
    pub(crate) store: String,
    /// The vault file that the accounts are in, if they are in one.
    pub(crate) vault: Option<PathBuf>,
    /// The revision of the accounts.
    pub(crate) revision: u64,
}

/// A file that was read, with its conflict copies.
pub(crate) struct Opened {
    path: PathBuf,
    key: DatabaseKey,
    seen: Seen,
    database: Database,
    copies: Vec<copies::Copy>,
    /// The copies that cannot be read, with the reasons.
    left: Vec<String>,
}

/// What came of a merge.
pub(crate) struct Merged {
    pub(crate) outcome: Outcome,
    /// Whether there was no base.
    pub(crate) is_first: bool,
    pub(crate) unreadable: usize,
    /// The number of accounts that the file loses because they are missing here, if they are too many to be believed.
    pub(crate) missing: usize,
}

/// The maximum number of accounts of one side, and of the accounts that come of a merge.
const MAX_ACCOUNTS: usize = MAX_IMPORTED;

/// The maximum number of accounts that a file may lose at once without a question. A keychain that was made anew has
/// lost them, and its owner has not removed them.
const MAX_MISSING: usize = 3;

/// Returns whether so many accounts out of all are a reason to ask. A single one is what a person removes, unless there are
/// no others.
fn is_too_many(missing: usize, all: usize) -> bool {
    let is_most = missing * 3 > all && (missing > 1 || missing == all);
    missing > MAX_MISSING || missing > 0 && is_most
}

impl Opened {
    /// Reads the file at an absolute path, and its copies. A file that does not exist is as good as an empty one if it may
    /// be created.
    pub(crate) fn read(path: &Path, passphrase: &str, create: bool) -> Result<Self, Error> {
        let path = file::place(path)?;
        let key = DatabaseKey::new().with_password(passphrase);
        let seen = Seen::read(&path)?;
        let database = match seen.bytes() {
            Some(bytes) => open(bytes, passphrase)?,
            None if create => mfa_keepass::create(),
            None => return Err(database::Error::Missing.into()),
        };
        let (copies, left) = copies::read(&path, passphrase);
        Ok(Self {
            path,
            key,
            seen,
            database,
            copies,
            left,
        })
    }

    pub(crate) fn is_new(&self) -> bool {
        self.seen.bytes().is_none()
    }

    /// Returns the fingerprint of the file, as it was read or written last.
    pub(crate) fn fingerprint(&self) -> Option<[u8; 32]> {
        self.seen.bytes().map(Base::fingerprint)
    }

    pub(crate) fn copies(&self) -> Vec<String> {
        self.copies.iter().map(copies::Copy::name).collect()
    }

    pub(crate) fn unread(&self) -> Vec<String> {
        unread::links(&self.database)
    }

    pub(crate) fn other_secrets(&self) -> Vec<String> {
        unread::other_secrets(&self.database)
    }

    pub(crate) fn other_codes(&self) -> Vec<String> {
        unread::other_codes(&self.database)
    }

    pub(crate) fn cut(&self) -> Vec<String> {
        unread::cut(&self.database)
    }

    pub(crate) fn left(&self) -> Vec<String> {
        self.left.clone()
    }

    /// Decides what becomes of each account.
    pub(crate) fn merge(&self, here: &Here) -> Result<Merged, Error> {
        let is_vault = |vault: &PathBuf| file::place(vault).is_ok_and(|vault| vault == self.path);
        if here.vault.as_ref().is_some_and(is_vault) {
            return Err(Error::Vault);
        }
        let entries: Vec<_> = here.entries.iter().collect();
        let known = base::read(&self.path, &here.store);
        let mut is_first = known.is_none();
        let mut base = known.unwrap_or_default();
        // Nobody removes all accounts one by one. They are in another place, or the place is a new one.
        if entries.is_empty() && here.unreadable.is_empty() && base.len() > 1 {
            base = Base::default();
            is_first = true;
        }
        for (id, counter) in &here.removed {
            base.count(*id, *counter);
        }
        let mut sides: Vec<Side> = vec![sync::side(&self.database)];
        let unreadable = sides[0].unreadable.len();
        sides[0].unreadable.extend(&here.unreadable);
        sides.extend(self.copies.iter().map(|copy| sync::side(copy.database())));
        let is_many = |side: &Side| side.accounts.len() > MAX_ACCOUNTS;
        if entries.len() > MAX_ACCOUNTS || sides.iter().any(is_many) {
            return Err(Error::TooMany);
        }
        let outcome = merge::merge(&entries, &base, &sides);
        if outcome.accounts.len() > MAX_ACCOUNTS {
            return Err(Error::TooMany);
        }
        let missing = outcome.missing.len();
        Ok(Merged {
            outcome,
            is_first,
            unreadable: unreadable + here.unreadable.len(),
            missing: if is_too_many(missing, base.len()) {
                missing
            } else {
                0
            },
        })
    }

    /// Replaces the file, if the merge changes it. Whatever other programs have put into it stays, or it is not written.
    pub(crate) fn write(&mut self, outcome: &Outcome) -> Result<bool, Error> {
        if !outcome.writes_file() && !self.is_new() {
            return Ok(false);
        }
        if let Some(bytes) = self.seen.bytes() {
            faithful::check(bytes, &self.key, &self.database).map_err(unusable)?;
        }
        let mut database = self.database.clone();
        sync::apply(&mut database, outcome);
        let bytes = mfa_keepass::save(&database, self.key.clone()).map_err(unusable)?;
        let new = file::New::write(&self.path, bytes)?;
        self.seen.replace(&self.path, new)?;
        self.database = database;
        Ok(true)
    }

    /// Stores what both sides have in common.
    pub(crate) fn note(&self, here: &Here, base: &Base) -> Result<(), Error> {
        base::write(&self.path, &here.store, base).map_err(Error::NotNoted)
    }

    /// Moves the copies that were folded in to a folder of theirs. Returns the folder, and adds the names of those that
    /// cannot be moved to those that were left.
    pub(crate) fn put_copies_away(&mut self) -> Option<String> {
        copies::put_away(&self.path, &mut self.copies, &mut self.left)
    }
}

fn open(bytes: &[u8], passphrase: &str) -> Result<Database, Error> {
    mfa_keepass::open_named(bytes, passphrase).map_err(unusable)
}

fn unusable(error: mfa_keepass::Error) -> Error {
    let error = match error {
        mfa_keepass::Error::WrongPassphrase => database::Error::WrongPassphrase,
        error => database::Error::Unusable(error),
    };
    Error::File(error)
}

#[cfg(test)]
mod tests;
