//! Where the secrets are kept: the OS keychain, or an encrypted file where there is none.
//!
//! A [`Keychain`] has two halves. The **store** reads and writes items; it may block, so it runs on
//! a thread of its own and every call has a deadline. The **gate** says whether the store is open
//! and opens it; it never blocks anybody but who waits for it, so a prompt that nobody answers
//! keeps one caller waiting and no other.
//!
//! The store is only asked while the gate is open. That matters because the keyring stores raise a
//! prompt of their own when they meet a locked item, and wait for it without limit.

mod file;
mod keyring;
mod platform;
mod thread;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::port::{ItemStore, StoreError};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use file::FileGate;
use thread::Thread;

/// How long a keychain may take to say whether it is locked.
const STATE_DEADLINE: Duration = Duration::from_secs(2);
/// How long the user has to answer the keychain's prompt.
const PROMPT_DEADLINE: Duration = Duration::from_secs(60);

/// An item on its way from the store.
pub type Item = (AccountId, Zeroizing<String>);

/// Which store it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// What people call it: `gnome-keyring`, `KeePassXC`, or the path of the file.
    pub name: String,
    /// What tells it from other stores: the keychain and its default collection, or the file's real path.
    pub store: String,
}

/// Whether the store can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can.
    Open,
    /// It is locked.
    Locked,
}

#[derive(Clone, Debug)]
enum Gate {
    /// Never closed: stores of tests, by their names.
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
    /// The keychain of the operating system. `bus` is the session bus, if there is one.
    #[must_use]
    pub fn os(bus: Option<zbus::Connection>) -> Self {
        Self {
            gate: Gate::Os(platform::OsGate::new(bus)),
            thread: Thread::new(|| Box::new(keyring::KeyringStore)),
        }
    }

    /// An encrypted file. `passphrase_file` may hold its passphrase.
    #[must_use]
    pub fn file(path: PathBuf, passphrase_file: Option<PathBuf>) -> Self {
        let gate = FileGate::new(path.clone(), passphrase_file);
        let is_open = gate.is_open();
        let thread =
            Thread::new(move || Box::new(file::FileStore::new(path.clone(), Arc::clone(&is_open))));
        Self {
            gate: Gate::File(gate),
            thread,
        }
    }

    /// A store that is never locked, and what people call it.
    pub fn always_open(
        name: &str,
        make: impl Fn() -> Box<dyn ItemStore> + Send + Sync + 'static,
    ) -> Self {
        Self {
            gate: Gate::None(name.to_owned()),
            thread: Thread::new(make),
        }
    }

    /// The path of the file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.gate {
            Gate::File(gate) => Some(gate.path()),
            Gate::None(_) | Gate::Os(_) => None,
        }
    }

    /// Which one it is.
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

    /// Whether the store can be used. Never raises a prompt.
    ///
    /// # Errors
    /// That it is not there, or does not answer.
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
    /// [`StoreError::Locked`] if the user declines, [`StoreError::TimedOut`] if nobody answers.
    pub async fn prompt(&self) -> Result<(), StoreError> {
        match &self.gate {
            Gate::None(_) => Ok(()),
            Gate::Os(gate) => gate.prompt(PROMPT_DEADLINE).await,
            Gate::File(_) => Err(StoreError::Locked),
        }
    }

    /// Opens the file with a passphrase.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`], or that this keychain takes none.
    pub async fn open(&self, passphrase: Zeroizing<String>) -> Result<(), StoreError> {
        match &self.gate {
            Gate::File(gate) => gate.open(&self.thread, passphrase).await,
            Gate::None(_) | Gate::Os(_) => Err(StoreError::Unavailable(
                "it is not opened by a passphrase".into(),
            )),
        }
    }

    /// Makes the file, which must not be there yet, and opens it.
    ///
    /// # Errors
    /// What the file system says, or that this keychain is no file.
    pub async fn create(&self, passphrase: Zeroizing<String>) -> Result<(), StoreError> {
        match &self.gate {
            Gate::File(gate) => gate.create(&self.thread, passphrase).await,
            Gate::None(_) | Gate::Os(_) => Err(StoreError::Unavailable("it is not a file".into())),
        }
    }

    /// Closes the file and forgets its passphrase. An OS keychain stays as it is: it belongs to
    /// other programs too.
    pub async fn close(&self) {
        if let Gate::File(gate) = &self.gate {
            gate.close(&self.thread).await;
        }
    }

    /// Reads all items into `sink`.
    ///
    /// # Errors
    /// Those of the store. What was read until then is in the sink.
    pub async fn load(&self, sink: mpsc::Sender<Item>) -> Result<(), StoreError> {
        self.thread.load(sink).await
    }

    /// Writes an item; `old` is what we know of it, nothing for a new one.
    ///
    /// # Errors
    /// [`StoreError::Changed`] and the others.
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
    /// Those of the store.
    pub async fn delete(&self, id: AccountId) -> Result<(), StoreError> {
        self.check().await?;
        self.thread.delete(id).await
    }

    /// Reports whenever the keychain may have been locked, unlocked or replaced; never returns.
    pub async fn watch(&self, changed: mpsc::Sender<()>) {
        if let Gate::Os(gate) = &self.gate {
            gate.watch(&changed).await;
        }
        std::future::pending::<()>().await;
    }

    /// A last look before writing, so that the store meets nothing locked.
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
