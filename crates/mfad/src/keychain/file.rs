//! The embedded vault: a KDBX 4 file, for machines without a keychain.
//!
//! It is a KeePass database on purpose. KeePassXC, KeePassDX and others open it and show the same
//! codes: each account is an entry whose `otp` attribute is the `otpauth://` link. Entries that
//! another program added with such an attribute are accounts to us too.
//!
//! Writing is atomic: a new file beside the old one, synchronised, then renamed over it, then the
//! folder synchronised. A file that another program changed meanwhile is read again first.

mod entry;
mod gate;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use keepass::config::{DatabaseConfig, DatabaseVersion, KdfConfig};
use keepass::db::DatabaseOpenError;
use keepass::error::DatabaseKeyError;
use keepass::{Database, DatabaseKey};
use mfa_core::AccountId;
use mfa_core::port::{ItemStore, StoreError};
use zeroize::Zeroizing;

pub(super) use gate::FileGate;

/// The memory that deriving the key takes, in bytes. OWASP asks for 19 MiB at least.
const KDF_MEMORY: u64 = 64 * 1024 * 1024;
/// How often that memory is gone over. About a quarter of a second on a laptop.
const KDF_ITERATIONS: u64 = 8;
/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The store; see the module.
pub(super) struct FileStore {
    path: PathBuf,
    open: Option<Opened>,
}

struct Opened {
    key: DatabaseKey,
    database: Database,
    seen: Fingerprint,
}

/// Tells whether a file is still the one that was read.
#[derive(PartialEq, Eq)]
struct Fingerprint {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl FileStore {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// Applies a change to what is on disk now, and stores it.
    fn change(&mut self, change: impl FnOnce(&mut Database)) -> Result<(), StoreError> {
        let opened = self.open.as_mut().ok_or(StoreError::Locked)?;
        if fingerprint(&self.path).map_err(failed)? != opened.seen {
            *opened = read(&self.path, opened.key.clone())?;
        }
        let before = opened.database.clone();
        change(&mut opened.database);
        match write(&self.path, &opened.database, opened.key.clone()) {
            Ok(seen) => {
                opened.seen = seen;
                Ok(())
            }
            Err(error) => {
                opened.database = before;
                Err(error)
            }
        }
    }
}

impl ItemStore for FileStore {
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        let opened = self.open.as_mut().ok_or(StoreError::Locked)?;
        let bin = opened.database.recycle_bin().map(|group| group.id());
        for item in opened.database.iter_all_entries() {
            let in_bin = bin.is_some_and(|bin| item.parent().id() == bin);
            if in_bin || item.get_raw_otp_value().is_none() {
                continue;
            }
            let id = AccountId::from_bytes(item.id().uuid().into_bytes());
            if !each(id, entry::to_text(id, &item)) {
                break;
            }
        }
        Ok(())
    }

    fn put(&mut self, id: AccountId, text: &str) -> Result<(), StoreError> {
        let account = mfa_core::item::Entry::from_text(id, text)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.change(|database| entry::write(database, &account))
    }

    fn delete(&mut self, id: AccountId) -> Result<(), StoreError> {
        self.change(|database| {
            if let Some(entry) = database.entry_mut(entry::entry_id(id)) {
                entry.remove();
            }
        })
    }

    fn open(&mut self, passphrase: &str) -> Result<(), StoreError> {
        let key = DatabaseKey::new().with_password(passphrase);
        self.open = Some(if self.path.exists() {
            read(&self.path, key)?
        } else {
            create(&self.path, key)?
        });
        Ok(())
    }

    fn close(&mut self) {
        self.open = None;
    }
}

/// How the file is encrypted.
fn encryption() -> DatabaseConfig {
    let mut config = DatabaseConfig::default();
    config.kdf_config = KdfConfig::Argon2id {
        iterations: KDF_ITERATIONS,
        memory: KDF_MEMORY,
        parallelism: 2,
        version: argon2::Version::Version13,
    };
    config
}

fn create(path: &Path, key: DatabaseKey) -> Result<Opened, StoreError> {
    let mut database = Database::with_config(encryption());
    database.meta.database_name = Some("mfactl".to_owned());
    let seen = write(path, &database, key.clone())?;
    Ok(Opened {
        key,
        database,
        seen,
    })
}

fn read(path: &Path, key: DatabaseKey) -> Result<Opened, StoreError> {
    let seen = fingerprint(path).map_err(failed)?;
    if seen.size > MAX_FILE {
        return Err(StoreError::TooLarge);
    }
    let bytes = fs::read(path).map_err(failed)?;
    let mut database = Database::parse(&bytes, key.clone()).map_err(|error| match error {
        DatabaseOpenError::Key(DatabaseKeyError::IncorrectKey) => StoreError::WrongPassphrase,
        _ => StoreError::Unavailable("the vault file is damaged or no KDBX file".into()),
    })?;
    if !matches!(database.config.version, DatabaseVersion::KDB4(_)) {
        // An older format can be read but not written: the next change makes it a new one.
        database.config = encryption();
    }
    Ok(Opened {
        key,
        database,
        seen,
    })
}

/// Replaces the file as a whole, or leaves the old one.
fn write(path: &Path, database: &Database, key: DatabaseKey) -> Result<Fingerprint, StoreError> {
    let mut bytes = Vec::new();
    database
        .save(&mut bytes, key)
        .map_err(|_| StoreError::Unavailable("the vault cannot be encrypted".into()))?;
    replace(path, &bytes).map_err(failed)?;
    fingerprint(path).map_err(failed)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    // Always the same name: what a killed process left behind is overwritten, not collected.
    name.push(".new");
    let new = folder.join(name);
    drop(fs::remove_file(&new));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        drop(fs::remove_file(&new));
    }
    written?;
    File::open(folder)?.sync_all()
}

fn fingerprint(path: &Path) -> io::Result<Fingerprint> {
    let found = fs::metadata(path)?;
    Ok(Fingerprint {
        inode: found.ino(),
        size: found.size(),
        modified: (found.mtime(), found.mtime_nsec()),
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
