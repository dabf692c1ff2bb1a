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
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use keepass::config::{DatabaseConfig, DatabaseVersion, KdfConfig};
use keepass::db::DatabaseOpenError;
use keepass::error::DatabaseKeyError;
use keepass::{Database, DatabaseKey};
use mfa_core::AccountId;
use mfa_core::port::{ItemStore, StoreError};
use rustix::fs::FlockOperation;
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
    /// Keeps other daemons off this file. KeePassXC does not look at it; what it writes is noticed.
    _claim: File,
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

    /// Applies a change to what is on disk now, and stores it. A change that cannot be made or
    /// stored leaves everything as it was.
    fn change(
        &mut self,
        change: impl FnOnce(&mut Database) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let opened = self.open.as_mut().ok_or(StoreError::Locked)?;
        if fingerprint(&self.path).map_err(failed)? != opened.seen {
            let key = opened.key.clone();
            *opened = read(&self.path, key)?;
        }
        let mut database = opened.database.clone();
        change(&mut database)?;
        let (seen, claim) = write(&self.path, &database, opened.key.clone())?;
        *opened = Opened {
            key: opened.key.clone(),
            database,
            seen,
            _claim: claim,
        };
        Ok(())
    }
}

impl ItemStore for FileStore {
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        let opened = self.open.as_mut().ok_or(StoreError::Locked)?;
        if fingerprint(&self.path).map_err(failed)? != opened.seen {
            let key = opened.key.clone();
            *opened = read(&self.path, key)?;
        }
        for item in opened.database.iter_all_entries() {
            if item.get_raw_otp_value().is_none() || entry::is_in_bin(&item) {
                continue;
            }
            let id = AccountId::from_bytes(item.id().uuid().into_bytes());
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
            let on_disk = database.entry(entry::entry_id(id));
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
            if let Some(entry) = database.entry_mut(entry::entry_id(id)) {
                entry.remove();
            }
            Ok(())
        })
    }

    fn open(&mut self, passphrase: &str) -> Result<(), StoreError> {
        // Our own claim would keep us off.
        self.open = None;
        self.open = Some(read(
            &self.path,
            DatabaseKey::new().with_password(passphrase),
        )?);
        Ok(())
    }

    fn close(&mut self) {
        self.open = None;
    }
}

/// Makes an empty vault.
pub(super) fn create(path: &Path, passphrase: &str) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut database = Database::with_config(encryption());
    database.meta.database_name = Some("mfactl".to_owned());
    write(
        path,
        &database,
        DatabaseKey::new().with_password(passphrase),
    )?;
    Ok(())
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

fn read(path: &Path, key: DatabaseKey) -> Result<Opened, StoreError> {
    let seen = fingerprint(path).map_err(failed)?;
    if seen.size > MAX_FILE {
        return Err(StoreError::TooLarge);
    }
    let mut file = File::open(path).map_err(failed)?;
    claim(&file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
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
        _claim: file,
    })
}

/// Makes sure that no other daemon writes to the same file: counters would go back.
fn claim(file: &File) -> Result<(), StoreError> {
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive).map_err(|error| {
        if error == rustix::io::Errno::WOULDBLOCK {
            StoreError::Unavailable("another mfad has the vault file open".into())
        } else {
            failed(error.into())
        }
    })
}

/// Replaces the file as a whole, or leaves the old one.
fn write(
    path: &Path,
    database: &Database,
    key: DatabaseKey,
) -> Result<(Fingerprint, File), StoreError> {
    let mut bytes = Vec::new();
    database
        .save(&mut bytes, key)
        .map_err(|_| StoreError::Unavailable("the vault cannot be encrypted".into()))?;
    let file = replace(path, &bytes).map_err(failed)?;
    Ok((fingerprint(path).map_err(failed)?, file))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<File> {
    // A link stays one; what it points to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
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
            rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            Ok(file)
        });
    if written.is_err() {
        drop(fs::remove_file(&new));
    }
    let file = written?;
    File::open(folder)?.sync_all()?;
    Ok(file)
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
