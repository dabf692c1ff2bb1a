//! The gate of the file: it opens with a passphrase, from the user or from a file.
//!
//! A server without anybody at the keyboard gives the passphrase in a file: systemd's credential
//! `mfad-vault-passphrase` (`LoadCredential=` or `LoadCredentialEncrypted=`), or one that the
//! configuration names and that nobody else can read.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mfa_core::port::StoreError;
use zeroize::Zeroizing;

use super::super::State;
use super::super::thread::Thread;

/// The gate; clones share it.
#[derive(Clone, Debug)]
pub(in crate::keychain) struct FileGate {
    path: PathBuf,
    passphrase_file: Option<PathBuf>,
    open: Arc<AtomicBool>,
}

impl FileGate {
    pub(in crate::keychain) fn new(path: PathBuf, passphrase_file: Option<PathBuf>) -> Self {
        Self {
            path,
            passphrase_file,
            open: Arc::default(),
        }
    }

    pub(in crate::keychain) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::keychain) async fn state(&self, thread: &Thread) -> Result<State, StoreError> {
        if self.open.load(Ordering::Relaxed) {
            return Ok(State::Open);
        }
        if !self.path.exists() {
            let text = format!("there is no vault at {} yet", self.path.display());
            return Err(StoreError::Unavailable(text));
        }
        let Some(file) = &self.passphrase_file else {
            return Ok(State::Locked);
        };
        self.open(thread, read_passphrase(file)?).await?;
        Ok(State::Open)
    }

    pub(in crate::keychain) async fn open(
        &self,
        thread: &Thread,
        passphrase: Zeroizing<String>,
    ) -> Result<(), StoreError> {
        if !self.path.exists() {
            return Err(StoreError::Unavailable("there is no vault file".into()));
        }
        thread.open(passphrase).await?;
        self.open.store(true, Ordering::Relaxed);
        Ok(())
    }

    pub(in crate::keychain) async fn create(
        &self,
        thread: &Thread,
        passphrase: Zeroizing<String>,
    ) -> Result<(), StoreError> {
        if self.path.exists() {
            return Err(StoreError::Unavailable(
                "there is a vault file already".into(),
            ));
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(super::failed)?;
        }
        thread.open(passphrase).await?;
        self.open.store(true, Ordering::Relaxed);
        Ok(())
    }

    pub(in crate::keychain) async fn close(&self, thread: &Thread) {
        self.open.store(false, Ordering::Relaxed);
        if let Err(error) = thread.close().await {
            tracing::warn!(%error, "the vault file may still be open");
        }
    }
}

/// The first line of a file that only we can read.
fn read_passphrase(file: &Path) -> Result<Zeroizing<String>, StoreError> {
    let unusable = |what: &str| {
        StoreError::Unavailable(format!("the passphrase file {} {what}", file.display()))
    };
    let found = fs::metadata(file).map_err(|_| unusable("cannot be read"))?;
    if found.mode() & 0o077 != 0 {
        return Err(unusable("can be read by others: chmod 600 it"));
    }
    let text = fs::read_to_string(file).map(Zeroizing::new);
    let text = text.map_err(|_| unusable("cannot be read"))?;
    Ok(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    ))
}
