//! The gate of the vault file: it opens with a passphrase, from the user or from a file.
//!
//! A server with nobody at the keyboard gives the passphrase in a file: systemd's credential
//! `mfad-vault-passphrase` (`LoadCredential=` or `LoadCredentialEncrypted=`), or a file that the configuration
//! names and that nobody else can read.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mfa_core::port::StoreError;
use mfa_sys::files;
use zeroize::Zeroizing;

use super::super::thread::Thread;
use super::super::{Identity, STATE_DEADLINE, State, within};
use super::platform::OPEN_TO_OTHERS;

/// How much of a file is read to find the passphrase in its first line, in bytes.
const MAX_PASSPHRASE_FILE: u64 = 64 * 1024;

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

    /// Returns the flag that the store keeps up to date.
    pub(in crate::keychain) fn is_open(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.open)
    }

    pub(in crate::keychain) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::keychain) fn has_passphrase_file(&self) -> bool {
        self.passphrase_file.is_some()
    }

    pub(in crate::keychain) async fn identity(&self) -> Identity {
        let path = self.path.clone();
        let real = aside(move || Ok(fs::canonicalize(path).ok())).await;
        let real = real.ok().flatten();
        Identity {
            name: self.path.display().to_string(),
            store: real
                .unwrap_or_else(|| self.path.clone())
                .display()
                .to_string(),
        }
    }

    pub(in crate::keychain) async fn state(&self, thread: &Thread) -> Result<State, StoreError> {
        if self.open.load(Ordering::Relaxed) {
            return Ok(State::Open);
        }
        let (path, passphrase_file) = (self.path.clone(), self.passphrase_file.clone());
        let passphrase = aside(move || {
            if !path.exists() {
                let text = format!("the vault file {} does not exist yet", path.display());
                return Err(StoreError::Unavailable(format!(
                    "{text}. To create it: mfactl vault create"
                )));
            }
            passphrase_file.as_deref().map(read_passphrase).transpose()
        });
        match passphrase.await? {
            None => Ok(State::Locked),
            Some(passphrase) => {
                thread.open(passphrase).await?;
                Ok(State::Open)
            }
        }
    }

    pub(in crate::keychain) async fn create(
        &self,
        passphrase: Zeroizing<String>,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        let made = tokio::task::spawn_blocking(move || super::create(&path, &passphrase));
        made.await.unwrap_or(Err(StoreError::TimedOut))
    }

    pub(in crate::keychain) async fn close(&self, thread: &Thread) {
        if let Err(error) = thread.close().await {
            tracing::warn!(%error, "the vault file may still be open");
        }
    }
}

/// Looks at files on a thread of its own, because a network drive may be slow.
async fn aside<T: Send + 'static>(
    look: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let looking = tokio::task::spawn_blocking(look);
    within(STATE_DEADLINE, async {
        looking.await.unwrap_or(Err(StoreError::TimedOut))
    })
    .await
}

/// Returns the first line of a file that only we can read.
fn read_passphrase(file: &Path) -> Result<Zeroizing<String>, StoreError> {
    let unusable = |what: &str| {
        StoreError::Unavailable(format!("the passphrase file {} {what}", file.display()))
    };
    let file = files::open_regular(file).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => unusable("is not a regular file"),
        _ => unusable("cannot be read"),
    })?;
    if !files::is_private(&file).map_err(|_| unusable("cannot be read"))? {
        return Err(unusable(OPEN_TO_OTHERS));
    }
    let text = io::read_to_string(file.take(MAX_PASSPHRASE_FILE)).map(Zeroizing::new);
    let text = text.map_err(|_| unusable("cannot be read"))?;
    Ok(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    ))
}
