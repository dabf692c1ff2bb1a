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
mod header;
mod platform;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keepass::config::{DatabaseConfig, DatabaseVersion, KdfConfig};
use keepass::db::DatabaseOpenError;
use keepass::error::{DatabaseFormatError, DatabaseKeyError};
use keepass::{Database, DatabaseKey};
use mfa_core::AccountId;
use mfa_core::port::{ItemStore, StoreError};
use mfa_sys::files::{self, Others};
use zeroize::Zeroizing;

pub(super) use gate::FileGate;
use platform::{Claim, Fingerprint};

/// The memory that deriving the key takes, in bytes. OWASP asks for 19 MiB at least.
const KDF_MEMORY: u64 = 64 * 1024 * 1024;
/// How often that memory is gone over. About a quarter of a second on a laptop.
const KDF_ITERATIONS: u64 = 8;
/// How often a change is made anew because another program was quicker.
const MAX_TRIES: u32 = 3;
/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The store; see the module.
pub(super) struct FileStore {
    path: PathBuf,
    open: Option<Opened>,
    /// Tells the gate whether we are open.
    is_open: Arc<AtomicBool>,
}

struct Opened {
    key: DatabaseKey,
    database: Database,
    seen: Fingerprint,
    /// Keeps other daemons off this file. KeePassXC does not look at it; what it writes is noticed.
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

    /// What is on disk now; read again if it was changed. A passphrase that was changed with it
    /// closes the store.
    fn current(&mut self) -> Result<&mut Opened, StoreError> {
        let opened = self.open.take().ok_or(StoreError::Locked)?;
        let opened = if fingerprint(&self.path)? == opened.seen {
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

    /// Applies a change to what is on disk now, and stores it. A change that cannot be made or
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
            let bytes = encrypt(&database, opened.key.clone())?;
            // Encrypting takes a while, in which another program may have written.
            if fingerprint(&path)? == opened.seen {
                opened.claim.follow(replace(&path, &bytes).map_err(failed)?);
                opened.seen = fingerprint(&path)?;
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

/// Makes an empty vault.
pub(super) fn create(path: &Path, passphrase: &str) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        files::create_private_folder(folder).map_err(failed)?;
    }
    let mut database = Database::with_config(encryption());
    database.meta.database_name = Some("mfactl".to_owned());
    let bytes = encrypt(&database, DatabaseKey::new().with_password(passphrase))?;
    replace(path, &bytes).map_err(failed)?;
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

/// Reads the file. `ours` is what we have open already, whose claim is on the same file or on the
/// one before.
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
    let mut database = decrypt(&bytes, &key)?;
    // Older formats can be read but not written: the next change makes it the newest one.
    if !matches!(database.config.version, DatabaseVersion::KDB4(_)) {
        database.config = encryption();
    }
    database.config.version = encryption().version;
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

/// A file that others can change is none to rely on: they could give it back as it was, counters too.
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

/// Opens what is in a file.
fn decrypt(bytes: &[u8], key: &DatabaseKey) -> Result<Database, StoreError> {
    header::check(bytes)?;
    // keepass (0.17) panics where a field of the header is shorter than it should be.
    let parsed = panic::catch_unwind(|| Database::parse(bytes, key.clone()));
    let parsed = parsed.map_err(|_| header::damaged())?;
    parsed.map_err(|error| match error {
        DatabaseOpenError::Key(DatabaseKeyError::IncorrectKey)
        | DatabaseOpenError::Cryptography(_)
        // The older format has no better way to say so.
        | DatabaseOpenError::Format(DatabaseFormatError::Kdbx3(_)) => StoreError::WrongPassphrase,
        _ => header::damaged(),
    })
}

/// Makes sure that no other daemon writes to the same file: counters would go back.
fn claim(path: &Path, file: &File) -> Result<Claim, StoreError> {
    Claim::take(path, file).map_err(|error| match error {
        TryLockError::WouldBlock => {
            StoreError::Unavailable("another mfad has the vault file open".into())
        }
        TryLockError::Error(error) => failed(error),
    })
}

fn encrypt(database: &Database, key: DatabaseKey) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    database
        .save(&mut bytes, key)
        .map_err(|_| StoreError::Unavailable("the vault cannot be encrypted".into()))?;
    Ok(bytes)
}

/// Replaces the file as a whole, or leaves the old one. What comes back is the new one, claimed.
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
    let written = files::private(OpenOptions::new().write(true).create_new(true))
        .open(&new)
        .and_then(|mut file| {
            Claim::prepare(&file)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            Ok(file)
        });
    if written.is_err() {
        drop(fs::remove_file(&new));
    }
    let file = written?;
    files::sync_folder(folder)?;
    Ok(file)
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
