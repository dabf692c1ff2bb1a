//! The embedded vault: a KDBX 4 file, for machines without a keychain.
//!
//! It is a KeePass database on purpose. KeePassXC, KeePassDX and others open it and show the same codes: each
//! account is an entry whose `otp` attribute is the `otpauth://` link. Entries with such an attribute that
//! another program added are accounts to us too.
//!
//! Writing is atomic: a new file is written beside the old one and synchronised, then it is renamed over the
//! old one, then the folder is synchronised. A file that another program has changed meanwhile is read again
//! first.

mod disk;
mod gate;
mod platform;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mfa_core::AccountId;
use mfa_core::item::{Entry, same};
use mfa_core::port::{ItemChange, ItemStore, Kept, StoreError};
use mfa_keepass::{Database, DatabaseKey, entry, passphrase};
use zeroize::Zeroizing;

use disk::{Opened, create, failed, fingerprint, read, replace, unusable};
pub(super) use gate::FileGate;

/// How often a change is tried because another program was quicker.
const MAX_TRIES: u32 = 3;
/// The store; see the module.
pub(super) struct FileStore {
    path: PathBuf,
    open: Option<Opened>,
    /// Tells the gate whether the store is open.
    is_open: Arc<AtomicBool>,
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
        let account = account(id, text)?;
        self.change(|database| {
            check_known(database, id, old)?;
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

    fn change_all(&mut self, changes: &[ItemChange]) -> Result<(), StoreError> {
        let new = |change: &ItemChange| change.new.as_ref().map(|text| account(change.id, text));
        let accounts = changes.iter().map(|change| new(change).transpose());
        let accounts = accounts.collect::<Result<Vec<_>, _>>()?;
        self.change(|database| {
            for (change, account) in changes.iter().zip(&accounts) {
                check_known(
                    database,
                    change.id,
                    change.old.as_ref().map(|old| old.as_str()),
                )?;
                match account {
                    Some(account) => entry::write(database, account),
                    None => entry::remove(database, change.id),
                }
            }
            Ok(())
        })
    }

    fn passphrase(&mut self, of: Kept) -> Result<Option<Zeroizing<String>>, StoreError> {
        let opened = self.current()?;
        Ok(passphrase::read(&opened.database, of.as_str()))
    }

    fn keep_passphrase(&mut self, of: Kept, text: Option<&str>) -> Result<(), StoreError> {
        self.change(|database| {
            passphrase::write(database, of.as_str(), text);
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

/// Reads an account that is to be written.
fn account(id: AccountId, text: &str) -> Result<Entry, StoreError> {
    Entry::from_text(id, text).map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// Checks that an entry on disk is the one that we know.
fn check_known(database: &Database, id: AccountId, old: Option<&str>) -> Result<(), StoreError> {
    let on_disk = database.entry(entry::id(id));
    let on_disk = on_disk.map(|item| entry::to_text(id, &item));
    match (&on_disk, old) {
        (None, None) => Ok(()),
        (Some(found), Some(old)) if same(id, found, old) => Ok(()),
        _ => Err(StoreError::Changed),
    }
}

#[cfg(test)]
mod tests;
