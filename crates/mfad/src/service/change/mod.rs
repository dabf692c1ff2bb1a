//! The changes, made one after the other: each is one type with its answer, its work on the keychain, and what
//! follows once the keychain has stored it.
//!
//! A change is prepared when its turn comes, against the accounts as they are then. It is written to the
//! keychain, and is done when the keychain has stored it. So two programs that add the same name at once get
//! one account, and a counter-based code is never shown before its counter is stored.
//!
//! A new change is a file here and a method in [`interface`](crate::interface).

mod add;
mod apply;
mod count;
mod discard;
mod first_site;
mod forward;
mod import;
mod passphrase;
mod queue;
mod remove;
mod restore;
mod update;
mod writing;

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;

use mfa_core::AccountId;
use mfa_core::port::StoreError;
use mfa_ipc::Error;
use zeroize::Zeroizing;

use super::Service;
use super::cause::Needs;
use super::consent::Takes;
pub(crate) use add::Add;
pub(super) use apply::Apply;
pub(super) use count::Count;
pub(super) use discard::Discard;
pub(super) use first_site::FirstSite;
use forward::Forward;
pub(crate) use import::Import;
pub(crate) use passphrase::KeepPassphrase;
pub(super) use queue::Queue;
pub(crate) use remove::Remove;
pub(crate) use restore::Restore;
pub(crate) use update::Update;

/// A change to the accounts.
pub(crate) trait Change: Send + Sized + 'static {
    /// The answer to the change.
    type Answer: Send + 'static;
    /// The data that is kept while the keychain works.
    type Ready: Send + 'static;

    /// Checks the change against the accounts as they are, and returns the work for the keychain.
    fn prepare(self, service: &mut Service) -> Result<(Job, Self::Ready), Error>;

    /// Returns more work for the keychain, if the change has another step now that the work before it is stored.
    fn next(_ready: &mut Self::Ready, _service: &mut Service) -> Result<Option<Job>, Error> {
        Ok(None)
    }

    /// Applies the change to the accounts, now that the keychain has stored it.
    fn done(ready: Self::Ready, service: &mut Service) -> Result<Self::Answer, Error>;

    /// Returns a truthful answer when the keychain has stored the change but the accounts were locked
    /// meanwhile.
    fn done_while_locked(ready: Self::Ready) -> Result<Self::Answer, Error>;

    /// Returns what the change takes, if it takes codes. The log names it if the change is refused because its program
    /// has changed.
    fn takes(&self) -> Option<Takes> {
        None
    }

    /// Returns what is needed to begin. A change that needs nothing opens no accounts: it is refused if they are not open.
    fn needs(&self) -> Needs {
        Needs::Accounts
    }

    /// Returns whether the change is also done while the accounts are being read again.
    fn is_done_while_reading(_ready: &Self::Ready) -> bool {
        false
    }

    /// Notes which items are there and should not be, whether the change succeeded or not.
    fn note_left(
        _ready: &Self::Ready,
        _service: &mut Service,
        _left: &BTreeSet<AccountId>,
    ) -> io::Result<()> {
        Ok(())
    }

    /// Returns whether the change is one of many items, which nobody must see half of: what is read meanwhile is read
    /// again.
    fn is_of_many(_ready: &Self::Ready) -> bool {
        false
    }

    /// Returns how many accounts are stored so far, if the change is an import.
    fn imported(_ready: &Self::Ready) -> Option<u32> {
        None
    }
}

/// The work of the keychain.
pub(crate) type Job = Pin<Box<dyn Future<Output = Written> + Send>>;

/// The result of the keychain's work.
pub(crate) struct Written {
    result: Result<(), StoreError>,
    /// The items that are there and should not be.
    left: BTreeSet<AccountId>,
}

impl From<Result<(), StoreError>> for Written {
    fn from(result: Result<(), StoreError>) -> Self {
        let left = BTreeSet::new();
        Self { result, left }
    }
}

impl Service {
    /// Returns the work that writes an item. `old` is its text as we know it, or `None` for a new item.
    fn put(&self, id: AccountId, old: Option<Zeroizing<String>>, new: Zeroizing<String>) -> Job {
        let keychain = self.parts.keychain.clone();
        Box::pin(async move { keychain.put(id, old, new).await.into() })
    }
}
