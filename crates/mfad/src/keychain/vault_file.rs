//! What only a keychain that is a vault file can do: be opened with a passphrase, and be created.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mfa_core::port::StoreError;

use super::file::{FileGate, FileStore};
use super::thread::Thread;
use super::{Gate, Keychain, Passphrase};

/// A vault file.
#[derive(Clone)]
pub(crate) struct VaultFile {
    gate: FileGate,
    thread: Thread,
}

impl VaultFile {
    /// Returns the vault file at a path. `passphrase_file` may hold its passphrase.
    pub(crate) fn new(path: PathBuf, passphrase_file: Option<PathBuf>) -> Self {
        let gate = FileGate::new(path.clone(), passphrase_file);
        let is_open = gate.is_open();
        let thread =
            Thread::new(move || Box::new(FileStore::new(path.clone(), Arc::clone(&is_open))));
        Self { gate, thread }
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> &Path {
        self.gate.path()
    }

    /// Returns whether a passphrase has to be typed to open the file: no other file holds it.
    pub(crate) fn needs_passphrase(&self) -> bool {
        !self.gate.has_passphrase_file()
    }

    /// Opens the file with a passphrase.
    pub(crate) async fn open(&self, passphrase: Passphrase) -> Result<(), StoreError> {
        self.thread.open(passphrase.into_text()).await
    }

    /// Creates the file, which must not exist yet, and opens it.
    pub(crate) async fn create(&self, passphrase: Passphrase) -> Result<(), StoreError> {
        let passphrase = passphrase.into_text();
        self.gate.create(passphrase.clone()).await?;
        self.thread.open(passphrase).await
    }
}

impl From<VaultFile> for Keychain {
    fn from(VaultFile { gate, thread }: VaultFile) -> Self {
        Self {
            gate: Gate::File(gate),
            thread,
        }
    }
}

impl Keychain {
    /// Returns the vault file, if the keychain is one.
    pub(crate) fn vault_file(&self) -> Option<VaultFile> {
        match &self.gate {
            Gate::File(gate) => Some(VaultFile {
                gate: gate.clone(),
                thread: self.thread.clone(),
            }),
            Gate::None(_) | Gate::Os(_) => None,
        }
    }
}
