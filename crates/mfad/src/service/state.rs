//! The states of the accounts, and the events that change them. [`door`](super::door) has the transitions.

use mfa_core::lock::Reason;
use mfa_core::port::StoreError;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::keychain::{self, Identity, Keychain};

/// The state of the accounts: whether they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// They are not known: the keychain was not looked at yet, or could not be used.
    Closed,
    /// The keychain is being asked whether it is open.
    Probing,
    /// The user is being asked to open the keychain.
    Prompting,
    /// The items are being read.
    Loading,
    /// The accounts are known.
    Open,
    /// The accounts are locked, for this reason.
    Locked(Reason),
}

impl State {
    pub(super) fn is_locked(self) -> bool {
        matches!(self, Self::Locked(_) | Self::Prompting)
    }

    /// Returns the reason of the lock as a word for programs, or nothing.
    pub(super) fn why_locked(self) -> &'static str {
        match self {
            Self::Locked(reason) => reason.word(),
            Self::Prompting => Reason::Keychain.word(),
            Self::Closed | Self::Probing | Self::Loading | Self::Open => "",
        }
    }

    pub(super) fn is_locked_by_user(self) -> bool {
        matches!(self, Self::Locked(reason) if reason.lasts())
    }

    pub(super) fn is_locked_with_session(self) -> bool {
        matches!(self, Self::Locked(reason) if reason.is_of_session())
    }

    pub(super) fn is_opening(self) -> bool {
        matches!(self, Self::Probing | Self::Prompting | Self::Loading)
    }
}

/// The result of a task that opens the accounts.
pub(super) enum Event {
    /// Whether the keychain is open, and its identity.
    Probed(Result<keychain::State, StoreError>, Identity),
    /// The same, after a change of the keychain.
    Rechecked(Result<keychain::State, StoreError>, Identity),
    Prompted(Result<(), StoreError>),
    Loaded(Result<(), StoreError>),
    Closed,
}

/// Listens to a keychain. The channel holds one change, because any further one means the same.
pub(super) fn watch(keychain: &Keychain) -> (AbortHandle, mpsc::Receiver<()>) {
    let (changed, changes) = mpsc::channel(1);
    let keychain = keychain.clone();
    let watcher = tokio::spawn(async move { keychain.watch(changed).await });
    (watcher.abort_handle(), changes)
}
