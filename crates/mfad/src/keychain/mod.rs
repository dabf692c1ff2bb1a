//! The place of the secrets: the OS keychain, or an encrypted file where there is none.
//!
//! A [`Keychain`] has two halves. The **store** reads and writes items; it may block, so it runs on a thread of
//! its own and every call has a deadline. The **gate** tells whether the store is open, and opens it. It blocks
//! nobody but the caller that waits for it, so a prompt that nobody answers keeps only that caller waiting.
//!
//! The store is called only while the gate is open. This matters because the keyring stores raise a prompt of
//! their own when they meet a locked item, and wait for it without limit.

mod file;
mod keyring;
mod passphrase;
mod platform;
mod thread;
mod vault_file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::port::{ItemChange, ItemStore, Kept, StoreError};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use file::FileGate;
pub(crate) use passphrase::Passphrase;
use thread::Thread;
pub(crate) use vault_file::VaultFile;

/// How long a keychain may take to say whether it is locked.
const STATE_DEADLINE: Duration = Duration::from_secs(2);
/// How long the user has to answer the keychain's prompt.
const PROMPT_DEADLINE: Duration = Duration::from_secs(60);

/// The name of a keychain that is not there, or that did not tell its name in time.
pub const NAMELESS: &str = "none";

/// An item on its way from the store.
pub type Item = (AccountId, Zeroizing<String>);

/// The identity of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name that people know: `gnome-keyring`, `KeePassXC`, or the path of the file.
    pub name: String,
    /// The text that tells it from other stores: the keychain and its default collection, or the file's real
    /// path.
    pub store: String,
}

/// The state of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The store is open.
    Open,
    /// The store is locked.
    Locked,
}

#[derive(Clone, Debug)]
enum Gate {
    /// Never closed: the store of a test, by its name.
    None(String),
    Os(platform::OsGate),
    File(FileGate),
}

/// The keychain, as the service sees it. Clones share the same store.
#[derive(Clone, Debug)]
pub struct Keychain {
    gate: Gate,
    thread: Thread,
}

impl Keychain {
    /// Returns the keychain of the operating system. `bus` is the session bus, if there is one.
    #[must_use]
    pub fn os(bus: Option<zbus::Connection>) -> Self {
        Self {
            gate: Gate::Os(platform::OsGate::new(bus)),
            thread: Thread::new(|| Box::new(keyring::KeyringStore)),
        }
    }

    /// Returns an encrypted file as a keychain. `passphrase_file` may hold its passphrase.
    #[must_use]
    pub fn file(path: PathBuf, passphrase_file: Option<PathBuf>) -> Self {
        VaultFile::new(path, passphrase_file).into()
    }

    /// Returns a store that is never locked. `name` is what people call it.
    pub fn always_open(
        name: &str,
        make: impl Fn() -> Box<dyn ItemStore> + Send + Sync + 'static,
    ) -> Self {
        Self {
            gate: Gate::None(name.to_owned()),
            thread: Thread::new(make),
        }
    }

    /// Returns the path of the vault file, if the keychain is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.gate {
            Gate::File(gate) => Some(gate.path()),
            Gate::None(_) | Gate::Os(_) => None,
        }
    }

    /// Returns the identity of the store.
    pub async fn identity(&self) -> Identity {
        match &self.gate {
            Gate::None(name) => Identity {
                name: name.clone(),
                store: name.clone(),
            },
            Gate::Os(gate) => gate.identity(STATE_DEADLINE).await,
            Gate::File(gate) => gate.identity().await,
        }
    }

    /// Returns whether the store can be used. Never raises a prompt.
    ///
    /// # Errors
    /// Returns an error if the keychain is not there or does not answer.
    pub async fn state(&self) -> Result<State, StoreError> {
        match &self.gate {
            Gate::None(_) => Ok(State::Open),
            Gate::Os(gate) => within(STATE_DEADLINE, gate.state()).await,
            Gate::File(gate) => gate.state(&self.thread).await,
        }
    }

    /// Asks the user to open the store, and waits.
    ///
    /// # Errors
    /// Returns [`StoreError::Locked`] if the user declines, [`StoreError::TimedOut`] if nobody answers.
    pub async fn prompt(&self) -> Result<(), StoreError> {
        match &self.gate {
            Gate::None(_) => Ok(()),
            Gate::Os(gate) => gate.prompt(PROMPT_DEADLINE).await,
            Gate::File(_) => Err(StoreError::Locked),
        }
    }

    /// Closes the vault file and forgets its passphrase. An OS keychain stays as it is, because it belongs to
    /// other programs too.
    pub async fn close(&self) {
        if let Gate::File(gate) = &self.gate {
            gate.close(&self.thread).await;
        }
    }

    /// Reads all items into `sink`.
    ///
    /// # Errors
    /// Returns the errors of the store. The items read until then are in the sink.
    pub async fn load(&self, sink: mpsc::Sender<Item>) -> Result<(), StoreError> {
        self.thread.load(sink).await
    }

    /// Writes an item. `old` is its text as we know it, or `None` for a new item.
    ///
    /// # Errors
    /// Returns [`StoreError::Changed`] and the other errors of the store.
    pub async fn put(
        &self,
        id: AccountId,
        old: Option<Zeroizing<String>>,
        text: Zeroizing<String>,
    ) -> Result<(), StoreError> {
        self.check().await?;
        self.thread.put(id, old, text).await
    }

    /// Deletes an item.
    ///
    /// # Errors
    /// Returns the errors of the store.
    pub async fn delete(&self, id: AccountId) -> Result<(), StoreError> {
        self.check().await?;
        self.thread.delete(id).await
    }

    /// Returns whether many items can be changed as one, by [`Self::change_all`].
    pub(crate) fn changes_at_once(&self) -> bool {
        matches!(self.gate, Gate::File(_))
    }

    /// Changes many items, all of them or none.
    pub(crate) async fn change_all(&self, changes: Vec<ItemChange>) -> Result<(), StoreError> {
        self.check().await?;
        self.thread.change_all(changes).await
    }

    /// Returns the passphrase of a file, if one is kept.
    ///
    /// # Errors
    /// Returns the errors of the store.
    pub async fn passphrase(&self, of: Kept) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.check().await?;
        self.thread.passphrase(of).await
    }

    /// Keeps the passphrase of a file, or removes it.
    ///
    /// # Errors
    /// Returns the errors of the store.
    pub async fn keep_passphrase(
        &self,
        of: Kept,
        text: Option<Zeroizing<String>>,
    ) -> Result<(), StoreError> {
        self.check().await?;
        self.thread.keep_passphrase(of, text).await
    }

    /// Reports whenever the keychain may have been locked, unlocked or replaced; never returns.
    pub async fn watch(&self, changed: mpsc::Sender<()>) {
        if let Gate::Os(gate) = &self.gate {
            gate.watch(&changed).await;
        }
        std::future::pending::<()>().await;
    }

    /// Checks the gate once more before writing, so that the store meets nothing locked.
    async fn check(&self) -> Result<(), StoreError> {
        match self.state().await? {
            State::Open => Ok(()),
            State::Locked => Err(StoreError::Locked),
        }
    }
}

/// Runs a future with a deadline.
async fn within<T>(
    deadline: Duration,
    future: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(deadline, future)
        .await
        .unwrap_or(Err(StoreError::TimedOut))
}
