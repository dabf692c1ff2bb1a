//! What the core needs of the outside world, as small synchronous traits.
//!
//! The daemon implements them on the real keychain, clock and disk; tests implement them where the
//! real part cannot be made to fail on command.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::account::AccountId;
use crate::ledger::Ledger;

/// A place that keeps items: an OS keychain or an encrypted file.
///
/// Calls may block. They are made from one thread only.
///
/// An OS keychain is opened by the user's login or by a prompt of its own, so only a file needs
/// [`ItemStore::open`] and [`ItemStore::close`].
pub trait ItemStore: Send {
    /// Hands every item of ours to `each`, in any order. Stops when `each` returns `false`.
    ///
    /// # Errors
    /// Those of [`StoreError`]. What was handed over until then stays valid.
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError>;

    /// Writes an item; when this returns, it is durable.
    ///
    /// `old` is what we know of it, nothing for a new one. An item that another program changed or
    /// removed meanwhile is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Changed`] and the others. The old item is then still there.
    fn put(&mut self, id: AccountId, old: Option<&str>, text: &str) -> Result<(), StoreError>;

    /// Deletes an item. One that is not there counts as deleted.
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
            "it is not opened by a passphrase".into(),
        ))
    }

    /// Forgets the passphrase and whatever was read with it.
    fn close(&mut self) {}
}

/// What went wrong in a keychain. None of these ever means "there is no such item".
#[derive(Debug, Error)]
pub enum StoreError {
    /// It is locked.
    #[error("the keychain is locked")]
    Locked,
    /// Another program changed or removed the item.
    #[error("another program changed this account meanwhile")]
    Changed,
    /// The passphrase does not open it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// It cannot be reached, or there is none.
    #[error("the keychain cannot be used: {0}")]
    Unavailable(String),
    /// It did not answer in time.
    #[error("the keychain did not answer in time")]
    TimedOut,
    /// The item is larger than the keychain takes.
    #[error("the keychain does not take items of that size")]
    TooLarge,
}

/// The time.
pub trait Clock: Send + Sync {
    /// Seconds since 1970, or `None` if the clock stands before that.
    fn unix(&self) -> Option<u64>;

    /// Time since boot, suspend included: for idling.
    fn since_boot(&self) -> Duration;
}

/// What survives a restart although it is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The codes that were handed out.
    pub ledger: Ledger,
    /// Whether the user locked the vault: a lock that a restart undoes would be none.
    pub locked: bool,
    /// The accounts of imports that are not complete, by the store that they were written to: they are to
    /// be removed there, and served nowhere. None of these sets is empty.
    pub unfinished: BTreeMap<String, BTreeSet<AccountId>>,
    /// In which OS keychain there were accounts when one was read last, as people call it.
    pub keychain: Option<String>,
}

/// A place for [`Notes`].
pub trait Journal: Send {
    /// Stores the notes; when this returns, a killed process finds them again.
    ///
    /// # Errors
    /// What the disk says.
    fn store(&mut self, notes: &Notes) -> std::io::Result<()>;
}
