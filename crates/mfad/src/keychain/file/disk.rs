//! Reading, checking and replacing the vault file.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

use mfa_core::port::StoreError;
use mfa_host::replace::{Outlives, replace_file};
use mfa_keepass::{Database, DatabaseKey};
use mfa_sys::files::{self, Others};

use super::platform::{self, Claim, Fingerprint};

/// The largest file that is read, in bytes.
pub(super) const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A vault that is open.
pub(super) struct Opened {
    pub(super) key: DatabaseKey,
    pub(super) database: Database,
    pub(super) seen: Fingerprint,
    /// Keeps other daemons off this file. KeePassXC ignores it, but its writes are noticed.
    pub(super) claim: Claim,
}

/// Creates an empty vault.
pub(in crate::keychain) fn create(path: &Path, passphrase: &str) -> Result<(), StoreError> {
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
pub(super) fn read<'o>(
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

pub(super) fn fingerprint(path: &Path) -> Result<Fingerprint, StoreError> {
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

pub(super) fn unusable(error: mfa_keepass::Error) -> StoreError {
    match error {
        mfa_keepass::Error::WrongPassphrase => StoreError::WrongPassphrase,
        error => StoreError::Unavailable(format!("the vault file {error}")),
    }
}

/// Replaces the file as a whole, or leaves the old one. Returns the new file, claimed.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<File> {
    replace_file(path, Outlives::APowerCut, |file| {
        Claim::prepare(file)?;
        file.write_all(bytes)
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used where errors are mapped"
)]
pub(super) fn failed(error: io::Error) -> StoreError {
    StoreError::Unavailable(format!("the vault file: {error}"))
}
