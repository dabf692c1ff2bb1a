//! The keychain, the clock and the journal, as small synchronous traits.
//!
//! The daemon implements them for the real ones. Tests implement them to produce errors that the real ones
//! cannot produce on command.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::access::{Record, Rules};
use crate::account::AccountId;
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
    /// The OS keychain in which accounts were last read, by the name that people use.
    pub keychain: Option<String>,
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
