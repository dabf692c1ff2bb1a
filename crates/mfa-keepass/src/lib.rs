//! Accounts as entries of a KeePass database (KDBX 4). KeePassXC, KeePassDX and others open it and show the same codes.
//!
//! Each account is an entry whose `otp` attribute is the `otpauth://` link; [`entry`] has the table. An entry that
//! another program added with such an attribute is an account, too. This crate reads and writes no files: it turns
//! bytes into a [`Database`] and back. mfa-import has a reader of its own, in a process without rights, for files from
//! anywhere. This crate opens only the file that the user chose, so it relies on the crate `keepass`.

pub mod backup;
mod contents;
mod cost;
mod elsewhere;
pub mod entry;
pub mod faithful;
pub mod keepass2;
pub mod passphrase;
pub mod sync;
mod tags;

use std::panic;

use keepass::config::{DatabaseConfig, DatabaseVersion, KdfConfig};
use keepass::db::DatabaseOpenError;
pub use keepass::db::EntryRef;
use keepass::error::{DatabaseFormatError, DatabaseKeyError};
pub use keepass::{Database, DatabaseKey};
use thiserror::Error;

/// The memory that the key derivation uses, in bytes. OWASP recommends 19 MiB or more.
const KDF_MEMORY: u64 = 64 * 1024 * 1024;
/// The number of passes over that memory. They take about a quarter of a second on a laptop.
const KDF_ITERATIONS: u64 = 8;
/// The number of threads that derive a key.
const LANES: u32 = 2;

/// Why a database cannot be opened or saved. Each text is the end of a sentence that begins with the file: "the vault
/// file has another passphrase".
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The key is wrong.
    #[error("has another passphrase")]
    WrongPassphrase,
    /// The file is incomplete, was changed, or has another format.
    #[error("is damaged, of a newer format, or not a KDBX file")]
    Damaged,
    /// Its header asks for more memory or time than a computer should spend on it.
    #[error(
        "needs {0} to be opened: reduce it in KeePassXC: Database → Database Security → Encryption Settings"
    )]
    TooCostly(&'static str),
    /// It holds more than a real one would.
    #[error("holds {0}, which mfactl does not read")]
    TooMuch(&'static str),
    /// It has a format that only older programs write.
    #[error(
        "has an old format: save it as KDBX 4 in KeePassXC: Database → Database Security → Encryption Settings"
    )]
    Old,
    /// Writing it would lose something that another program has put into it.
    #[error("holds something in {0} that mfactl cannot keep, so it does not change the file")]
    NotKept(&'static str),
    /// The database cannot be written.
    #[error("cannot be encrypted")]
    NotEncrypted,
}

/// Makes an empty database.
#[must_use]
pub fn create() -> Database {
    with(encryption(LANES))
}

/// Makes an empty database whose key is derived by the calling thread alone: a confined process can start no other.
#[must_use]
pub fn create_for_one_thread() -> Database {
    with(encryption(1))
}

fn with(config: DatabaseConfig) -> Database {
    let mut database = Database::with_config(config);
    database.meta.database_name = Some("mfactl".to_owned());
    database
}

/// Opens a database. Older formats can be read; [`save`] writes the newest one.
///
/// # Errors
/// All but [`Error::NotEncrypted`].
pub fn open(bytes: &[u8], key: &DatabaseKey) -> Result<Database, Error> {
    cost::check(bytes)?;
    // keepass (0.17) panics where a field of the header is shorter than it should be. Not reported yet.
    let parsed = panic::catch_unwind(|| Database::parse(bytes, key.clone()));
    let parsed = parsed.map_err(|_| Error::Damaged)?;
    let mut database = parsed.map_err(|error| match error {
        DatabaseOpenError::Key(DatabaseKeyError::IncorrectKey)
        | DatabaseOpenError::Cryptography(_)
        // In the older format, a wrong key gives this error.
        | DatabaseOpenError::Format(DatabaseFormatError::Kdbx3(_)) => Error::WrongPassphrase,
        _ => Error::Damaged,
    })?;
    // Older formats cannot be written.
    if !matches!(database.config.version, DatabaseVersion::KDB4(_)) {
        database.config = encryption(LANES);
    }
    database.config.version = encryption(LANES).version;
    Ok(database)
}

/// Opens a database that somebody has named, and may have made too: only of the format that is written, and only if it
/// holds no more than a real one would.
///
/// # Errors
/// All but [`Error::NotEncrypted`].
pub fn open_named(bytes: &[u8], passphrase: &str) -> Result<Database, Error> {
    cost::check(bytes)?;
    if !is_current(bytes) {
        return Err(Error::Old);
    }
    contents::check(bytes, passphrase)?;
    open(bytes, &DatabaseKey::new().with_password(passphrase))
}

/// Returns whether bytes are a KDBX 4 file, which is the only format that is written.
#[must_use]
pub fn is_current(bytes: &[u8]) -> bool {
    matches!(
        Database::get_version(&mut &*bytes),
        Ok(DatabaseVersion::KDB4(_))
    )
}

/// Encrypts a database as the text of a KDBX 4 file.
///
/// # Errors
/// [`Error::NotEncrypted`].
pub fn save(database: &Database, key: DatabaseKey) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let saved = database.save(&mut bytes, key);
    saved.map_err(|_| Error::NotEncrypted)?;
    Ok(bytes)
}

/// Returns the encryption settings of a new file.
fn encryption(lanes: u32) -> DatabaseConfig {
    let mut config = DatabaseConfig::default();
    config.kdf_config = KdfConfig::Argon2id {
        iterations: KDF_ITERATIONS,
        memory: KDF_MEMORY,
        parallelism: lanes,
        version: argon2::Version::Version13,
    };
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key derivation that takes little time.
    const CHEAP: KdfConfig = KdfConfig::Argon2id {
        iterations: 1,
        memory: 64 * 1024,
        parallelism: 1,
        version: argon2::Version::Version13,
    };

    /// No damaged file can be opened. keepass panics if a field is too short; here, that is an error.
    #[test]
    fn a_file_with_any_damage_is_refused() {
        let key = DatabaseKey::new().with_password("p");
        let mut config = encryption(LANES);
        config.kdf_config = CHEAP;
        let whole = save(&Database::with_config(config), key.clone()).unwrap();
        assert!(open(&whole, &key).is_ok());
        let compression: &[u8] = &[3, 4, 0, 0, 0];
        let field = whole.windows(5).position(|bytes| bytes == compression);
        let mut short = whole.clone();
        drop(short.splice(field.unwrap()..field.unwrap() + 9, [3, 0, 0, 0, 0]));
        assert!(panic::catch_unwind(|| Database::parse(&short, key.clone())).is_err());
        assert_eq!(open(&short, &key).unwrap_err(), Error::Damaged);
        // From this byte on, everything is encrypted and authenticated.
        let header = 256;
        let mut random = 1_u32;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            random as usize % below
        };
        for number in 0..500 {
            let mut damaged = whole.clone();
            match number % 3 {
                0 => damaged[next(header)] ^= 1 << next(8),
                1 => damaged.truncate(next(whole.len())),
                _ => drop(damaged.drain(next(header)..).take(next(8) + 1).count()),
            }
            assert!(open(&damaged, &key).is_err(), "{number}");
        }
        for at in header..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << next(8);
            assert!(open(&damaged, &key).is_err(), "{at}");
        }
    }

    #[test]
    fn a_wrong_passphrase_is_told_from_damage() {
        let mut config = encryption(LANES);
        config.kdf_config = CHEAP;
        let key = |text: &str| DatabaseKey::new().with_password(text);
        let bytes = save(&Database::with_config(config), key("p")).unwrap();
        assert_eq!(open(&bytes, &key("q")).unwrap_err(), Error::WrongPassphrase);
        assert_eq!(open(b"no database", &key("p")).unwrap_err(), Error::Damaged);
    }
}
