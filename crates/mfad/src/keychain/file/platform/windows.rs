//! Windows: nobody else can read a locked file. So a lock file beside it is opened instead, which only one
//! process can do at a time, and which is deleted when that process ends.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

/// `GENERIC_WRITE`, and `DELETE`, which `FILE_FLAG_DELETE_ON_CLOSE` needs.
const GENERIC_WRITE: u32 = 0x4000_0000;
const DELETE: u32 = 0x0001_0000;
/// `FILE_FLAG_DELETE_ON_CLOSE`
const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
/// `ERROR_SHARING_VIOLATION`: another process has the file open.
const SHARING_VIOLATION: i32 = 32;

/// The fault of a passphrase file that is not private, and its remedy.
pub(in super::super) const OPEN_TO_OTHERS: &str =
    "can be read by other users: change the permissions in its properties";

/// The fault of a vault file that others can change, and its remedy.
pub(in super::super) const CHANGED_BY_OTHERS: &str =
    "can be changed by other users: change the permissions in its properties";

/// The fault of a vault file that belongs to another user, and its remedy.
pub(in super::super) const OF_ANOTHER: &str = "belongs to another user: use a copy that you own";

/// A fingerprint that tells whether a file is still the one that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Fingerprint {
    size: u64,
    created: SystemTime,
    modified: SystemTime,
}

impl Fingerprint {
    pub(in super::super) fn of(found: &Metadata) -> io::Result<Self> {
        Ok(Self {
            size: found.len(),
            created: found.created()?,
            modified: found.modified()?,
        })
    }

    /// Returns true: a claim is on the path, whichever file is there.
    #[expect(clippy::unused_self, reason = "other systems look")]
    pub(in super::super) fn is_same_file(&self, _other: &Self) -> bool {
        true
    }
}

/// A claim on a path, held until it is dropped.
pub(in super::super) struct Claim(File);

impl Claim {
    pub(in super::super) fn take(path: &Path, _file: &File) -> Result<Self, TryLockError> {
        // A link and what it points to are the same vault.
        let path = fs::canonicalize(path).map_err(TryLockError::Error)?;
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .access_mode(GENERIC_WRITE | DELETE)
            .share_mode(0)
            .custom_flags(FILE_FLAG_DELETE_ON_CLOSE)
            .open(path.with_file_name(name));
        lock.map(Self).map_err(|error| match error.raw_os_error() {
            Some(SHARING_VIOLATION) => TryLockError::WouldBlock,
            _ => TryLockError::Error(error),
        })
    }

    pub(in super::super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Does nothing: the file that takes the place of the claimed one needs no preparation.
    #[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
    pub(in super::super) fn prepare(_file: &File) -> io::Result<()> {
        Ok(())
    }

    /// Does nothing more: the claim is on the path already.
    #[expect(clippy::unused_self, reason = "other systems follow")]
    pub(in super::super) fn follow(&mut self, file: File) {
        drop(file);
    }
}
