//! The embedded vault: a KDBX 4 file, for machines without a keychain.
//!
//! It is a KeePass database on purpose. KeePassXC, KeePassDX and others open it and show the same codes: each
//! account is an entry whose `otp` attribute is the `otpauth://` link. Entries with such an attribute that
//! another program added are accounts to us too.
//!
//! Writing is atomic: a new file is written beside the old one and synchronised, then it is renamed over the
//! old one, then the folder is synchronised. A file that another program has changed meanwhile is read again
//! first.

mod gate;
mod platform;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mfa_core::AccountId;
use mfa_core::port::{ItemStore, StoreError};
use mfa_host::replace::{Outlives, replace_file};
use mfa_keepass::{Database, DatabaseKey, entry};
use mfa_sys::files::{self, Others};
use zeroize::Zeroizing;

pub(super) use gate::FileGate;
use platform::{Claim, Fingerprint};

/// How often a change is tried because another program was quicker.
const MAX_TRIES: u32 = 3;
/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The store; see the module.
pub(super) struct FileStore {
    path: PathBuf,
    open: Option<Opened>,
    /// Tells the gate whether the store is open.
    is_open: Arc<AtomicBool>,
}

struct Opened {
    key: DatabaseKey,
    database: Database,
    seen: Fingerprint,
    /// Keeps other daemons off this file. KeePassXC ignores it, but its writes are noticed.
    claim: Claim,
}

impl FileStore {
    pub(super) fn new(path: PathBuf, is_open: Arc<AtomicBool>) -> Self {
        is_open.store(false, Ordering::Relaxed);
        Self {
            path,
            open: None,
            is_open,
        }
    }

    /// Returns the database as it is on disk now, read again if the file has changed. If the passphrase has
    /// changed too, the store is closed.
    fn current(&mut self) -> Result<&mut Opened, StoreError> {
        let opened = self.open.as_ref().ok_or(StoreError::Locked)?;
        // If the file cannot be looked at, the store stays open.
        let is_same = fingerprint(&self.path)? == opened.seen;
        let opened = self.open.take().ok_or(StoreError::Locked)?;
        let opened = if is_same {
            Ok(opened)
        } else {
            read(&self.path, opened.key.clone(), &opened)
        };
        self.is_open.store(opened.is_ok(), Ordering::Relaxed);
        match opened {
            Ok(opened) => Ok(self.open.insert(opened)),
            Err(StoreError::WrongPassphrase) => Err(StoreError::Locked),
            Err(error) => Err(error),
        }
    }

    /// Applies a change to the database as it is on disk now, and stores it. A change that cannot be made or
    /// stored leaves everything as it was.
    fn change(
        &mut self,
        change: impl Fn(&mut Database) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_TRIES {
            let path = self.path.clone();
            let opened = self.current()?;
            let mut database = opened.database.clone();
            change(&mut database)?;
            let bytes = mfa_keepass::save(&database, opened.key.clone()).map_err(unusable)?;
            // Encrypting takes a while, and another program may have written meanwhile.
            if fingerprint(&path)? == opened.seen {
                let file = replace(&path, &bytes).map_err(failed)?;
                // If this fails, the file is free to be claimed when it is read again.
                opened.seen = fingerprint(&path)?;
                opened.claim.follow(file);
                opened.database = database;
                return Ok(());
            }
        }
        Err(StoreError::Changed)
    }
}

impl ItemStore for FileStore {
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        for item in self.current()?.database.iter_all_entries() {
            if item.get_raw_otp_value().is_none() || entry::is_in_bin(&item) {
                continue;
            }
            let id = AccountId::from_bytes(item.id().uuid().into_bytes());
            let long = entry::too_long(&item);
            if !long.is_empty() {
                let cut = long.join(", ");
                tracing::warn!(%id, cut, "an entry has a text too long for an account; the file keeps all of it");
            }
            if !each(id, entry::to_text(id, &item)) {
                break;
            }
        }
        Ok(())
    }

    fn put(&mut self, id: AccountId, old: Option<&str>, text: &str) -> Result<(), StoreError> {
        let account = mfa_core::item::Entry::from_text(id, text)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.change(|database| {
            let on_disk = database.entry(entry::id(id));
            let on_disk = on_disk.map(|item| entry::to_text(id, &item));
            match (&on_disk, old) {
                (None, None) => {}
                (Some(found), Some(old)) if mfa_core::item::same(id, found, old) => {}
                _ => return Err(StoreError::Changed),
            }
            entry::write(database, &account);
            Ok(())
        })
    }

    fn delete(&mut self, id: AccountId) -> Result<(), StoreError> {
        self.change(|database| {
            entry::remove(database, id);
            Ok(())
        })
    }

    fn open(&mut self, passphrase: &str) -> Result<(), StoreError> {
        let key = DatabaseKey::new().with_password(passphrase);
        // A wrong passphrase leaves an open store open.
        let opened = read(&self.path, key, self.open.as_ref())?;
        self.open = Some(opened);
        self.is_open.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn close(&mut self) {
        self.open = None;
        self.is_open.store(false, Ordering::Relaxed);
    }
}

/// Creates an empty vault.
pub(super) fn create(path: &Path, passphrase: &str) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        files::create_private_folder(folder).map_err(failed)?;
    }
    let key = DatabaseKey::new().with_password(passphrase);
    let bytes = mfa_keepass::save(&mfa_keepass::create(), key).map_err(unusable)?;
    replace(path, &bytes).map_err(failed)?;
    Ok(())
}

/// Reads the file. `ours` is the vault that is open already; its claim is on this file or on the file that was
/// there before.
fn read<'o>(
    path: &Path,
    key: DatabaseKey,
    ours: impl Into<Option<&'o Opened>>,
) -> Result<Opened, StoreError> {
    let file = files::open_regular(path).map_err(failed)?;
    check_owner(&file)?;
    let seen = Fingerprint::of(&file.metadata().map_err(failed)?).map_err(failed)?;
    let claim = match ours.into() {
        Some(ours) if ours.seen.is_same_file(&seen) => ours.claim.try_clone().map_err(failed)?,
        _ => claim(path, &file)?,
    };
    let mut bytes = Vec::new();
    // A file may grow while it is read.
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        let text = "the vault file is larger than 64 MiB";
        return Err(StoreError::Unavailable(text.into()));
    }
    let database = mfa_keepass::open(&bytes, &key).map_err(unusable)?;
    Ok(Opened {
        key,
        database,
        seen,
        claim,
    })
}

fn fingerprint(path: &Path) -> Result<Fingerprint, StoreError> {
    fs::metadata(path)
        .and_then(|found| Fingerprint::of(&found))
        .map_err(failed)
}

/// Refuses a file that others can change: they could put back an older state of it, counters included.
fn check_owner(file: &File) -> Result<(), StoreError> {
    let refused = |what| StoreError::Unavailable(format!("the vault file {what}"));
    match files::others(file).map_err(failed)? {
        Others::Own => Err(refused(platform::OF_ANOTHER)),
        Others::Write => Err(refused(platform::CHANGED_BY_OTHERS)),
        Others::Read => {
            tracing::warn!("the vault file {}", platform::OPEN_TO_OTHERS);
            Ok(())
        }
        Others::Nothing => Ok(()),
    }
}

/// Makes sure that no other daemon writes to the same file, because counters would go back.
fn claim(path: &Path, file: &File) -> Result<Claim, StoreError> {
    Claim::take(path, file).map_err(|error| match error {
        TryLockError::WouldBlock => {
            StoreError::Unavailable("another mfad is using the vault file".into())
        }
        TryLockError::Error(error) => failed(error),
    })
}

fn unusable(error: mfa_keepass::Error) -> StoreError {
    match error {
        mfa_keepass::Error::WrongPassphrase => StoreError::WrongPassphrase,
        error => StoreError::Unavailable(format!("the vault file {error}")),
    }
}

/// Replaces the file as a whole, or leaves the old one. Returns the new file, claimed.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<File> {
    replace_file(path, Outlives::APowerCut, |file| {
        Claim::prepare(file)?;
        file.write_all(bytes)
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used where errors are mapped"
)]
fn failed(error: io::Error) -> StoreError {
    StoreError::Unavailable(format!("the vault file: {error}"))
}

#[cfg(test)]
mod tests;
