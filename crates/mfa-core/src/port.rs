//! The keychain, the clock and the journal, as small synchronous traits.
//!
//! The daemon implements them for the real ones. Tests implement them to produce errors that the real ones
//! cannot produce on command.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::access::{Record, Rules};
use crate::account::{Account, AccountId};
use crate::ledger::Ledger;

/// A place that keeps items: an OS keychain or an encrypted file.
///
/// Calls may block. They come from one thread only.
///
/// The login of the user or a prompt of its own opens an OS keychain, so only a file needs
/// [`ItemStore::open`] and [`ItemStore::close`].
pub trait ItemStore: Send {
    /// Passes every item of mfactl to `each`, in any order. Stops when `each` returns `false`.
    ///
    /// # Errors
    /// Those of [`StoreError`]. Items passed until then stay valid.
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError>;

    /// Writes an item. When this returns, the item is durable.
    ///
    /// `old` is the known text of the item, or `None` for a new one. If another program changed or removed
    /// the item meanwhile, nothing is written.
    ///
    /// # Errors
    /// [`StoreError::Changed`] and the others. The old item then still exists.
    fn put(&mut self, id: AccountId, old: Option<&str>, text: &str) -> Result<(), StoreError>;

    /// Deletes an item. A missing item counts as deleted.
    ///
    /// # Errors
    /// Those of [`StoreError`].
    fn delete(&mut self, id: AccountId) -> Result<(), StoreError>;

    /// Makes all changes or none, even if the process is killed meanwhile. Only a store that is one file can do so.
    ///
    /// # Errors
    /// [`StoreError::Changed`] and the others. Nothing is changed then.
    fn change_all(&mut self, _changes: &[ItemChange]) -> Result<(), StoreError> {
        Err(StoreError::Unavailable(
            "it cannot change several items at once".into(),
        ))
    }

    /// Returns the passphrase of a file, if one is kept.
    ///
    /// # Errors
    /// Those of [`StoreError`].
    fn passphrase(&mut self, _of: Kept) -> Result<Option<Zeroizing<String>>, StoreError> {
        Ok(None)
    }

    /// Keeps the passphrase of a file, or removes it. It is no account, and no version takes it for one.
    ///
    /// # Errors
    /// Those of [`StoreError`].
    fn keep_passphrase(&mut self, _of: Kept, _text: Option<&str>) -> Result<(), StoreError> {
        Err(StoreError::Unavailable("it keeps no passphrases".into()))
    }

    /// Opens the store with a passphrase.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] and the others.
    fn open(&mut self, _passphrase: &str) -> Result<(), StoreError> {
        Err(StoreError::Unavailable(
            "it does not use a passphrase".into(),
        ))
    }

    /// Forgets the passphrase and the data that was read with it.
    fn close(&mut self) {}
}

/// A file whose passphrase the keychain keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The automatic backups.
    Backup,
    /// The file by which several machines share their accounts.
    Sync,
}

impl Kept {
    /// Returns the name under which the passphrase is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Sync => "sync",
        }
    }
}

/// A change of one item, as a part of a change of many.
pub struct ItemChange {
    /// The item.
    pub id: AccountId,
    /// Its text as we know it, or `None` if it is new.
    pub old: Option<Zeroizing<String>>,
    /// Its new text, or `None` if it is removed.
    pub new: Option<Zeroizing<String>>,
}

/// An error of a keychain. No variant ever means that an item does not exist.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The keychain is locked.
    #[error("the keychain is locked")]
    Locked,
    /// Another program changed or removed the item.
    #[error("another program changed this account in the meantime")]
    Changed,
    /// The passphrase is wrong.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The keychain cannot be reached, or there is none.
    #[error("the keychain cannot be used: {0}")]
    Unavailable(String),
    /// The keychain did not answer in time.
    #[error("the keychain did not answer in time")]
    TimedOut,
    /// The item is larger than the keychain accepts.
    #[error(
        "the keychain does not accept items of that size: shorten the note, the names or the tags"
    )]
    TooLarge,
}

/// The time.
pub trait Clock: Send + Sync {
    /// Returns the seconds since 1970, or `None` if the clock is before 1970.
    fn unix(&self) -> Option<u64>;

    /// Returns the time since boot, including suspend. It measures idle time.
    fn since_boot(&self) -> Duration;
}

/// The state that survives a restart and is not secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The codes that were handed out.
    pub ledger: Ledger,
    /// Whether the user locked the accounts. A restart must not undo that.
    pub locked: bool,
    /// The accounts of incomplete imports, by the store that they were written to. They must be removed from
    /// there and never be served. None of these sets is empty.
    pub unfinished: BTreeMap<String, BTreeSet<AccountId>>,
    /// The changes of many accounts that are decided but may not be complete, by the store that they are made in.
    pub redo: BTreeMap<String, Redo>,
    /// What the latest backups hold.
    pub backed_up: BackedUp,
    /// How far counter-based accounts were counted before they were removed. If one comes back, it goes on from there.
    pub removed: BTreeMap<AccountId, u64>,
    /// The OS keychain in which accounts were last read, by the name that people use.
    pub keychain: Option<String>,
}

/// What the latest backups hold: nothing of the accounts but their ids and when they were edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// When the latest one was made, in Unix seconds; 0 if there is none.
    pub at: u64,
    /// When each account in it was edited, in Unix seconds.
    pub accounts: BTreeMap<AccountId, u64>,
    /// How far the counter-based ones in it were counted.
    pub counters: BTreeMap<AccountId, u64>,
    /// The file with all this in the folder of the automatic backups, if there is one.
    pub file: Option<String>,
}

impl BackedUp {
    /// Notes that a backup holds an account as it is.
    pub fn note(&mut self, account: &Account) {
        self.accounts.insert(account.id, account.modified);
        let counter = account.kind.counter();
        self.counters
            .extend(counter.map(|counter| (account.id, counter)));
    }

    /// Returns whether a backup holds the counter of an account as it is. One that says nothing of it was noted by an
    /// earlier version.
    #[must_use]
    pub fn is_counted(&self, account: &Account) -> bool {
        let known = self.counters.get(&account.id).copied();
        known.is_none() || known >= account.kind.counter()
    }

    /// Returns whether a backup holds an account as it is. How far a counter is makes no difference.
    #[must_use]
    pub fn holds(&self, account: &Account) -> bool {
        self.accounts.get(&account.id) == Some(&account.modified)
    }
}

/// What a change of many accounts still has to do once it is decided. Whoever reads the store completes it.
///
/// The new texts are in the store already, in items of their own, because they must not be in the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redo {
    /// The item that holds the new text of each account. It is not an account itself.
    pub staged: BTreeMap<AccountId, AccountId>,
    /// The accounts that are removed.
    pub removed: BTreeSet<AccountId>,
}

impl Redo {
    /// Returns whether an item holds the new text of an account.
    #[must_use]
    pub fn stages(&self, item: AccountId) -> bool {
        self.staged.values().any(|staged| *staged == item)
    }

    /// Returns whether an account is changed or removed.
    #[must_use]
    pub fn changes(&self, account: AccountId) -> bool {
        self.staged.contains_key(&account) || self.removed.contains(&account)
    }
}

/// A place for [`Notes`].
pub trait Journal: Send {
    /// Stores the notes. When this returns, they survive the end of the process.
    ///
    /// # Errors
    /// Errors of the disk.
    fn store(&mut self, notes: &Notes) -> std::io::Result<()>;
}

/// A place for the access rules.
pub trait RuleBook: Send {
    /// Stores the rules; when this returns, they survive a power cut.
    ///
    /// # Errors
    /// Returns the error of the disk. The old rules are still stored then.
    fn store(&mut self, rules: &Rules) -> std::io::Result<()>;
}

/// The access log.
pub trait AccessLog: Send {
    /// Appends a line.
    ///
    /// # Errors
    /// Returns the error of the disk.
    fn write(&mut self, record: &Record) -> std::io::Result<()>;
}
