//! Linux and macOS: the file itself is locked. The lock belongs to its inode and keeps nobody from reading.

use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The fault of a passphrase file that is not private, and its remedy.
pub(in super::super) const OPEN_TO_OTHERS: &str = "can be read by other users: run chmod 600 on it";

/// The fault of a vault file that others can change, and its remedy.
pub(in super::super) const CHANGED_BY_OTHERS: &str =
    "can be changed by other users: run chmod 600 on it";

/// The fault of a vault file that belongs to another user, and its remedy.
pub(in super::super) const OF_ANOTHER: &str = "belongs to another user: use a copy that you own";

/// A fingerprint that tells whether a file is still the one that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Fingerprint {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Fingerprint {
    #[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
    pub(in super::super) fn of(found: &Metadata) -> io::Result<Self> {
        Ok(Self {
            inode: found.ino(),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
        })
    }

    /// Returns whether a claim on one file is a claim on the other.
    pub(in super::super) fn is_same_file(&self, other: &Self) -> bool {
        self.inode == other.inode
    }
}

/// A claim on a file, held until it is dropped.
pub(in super::super) struct Claim(File);

impl Claim {
    pub(in super::super) fn take(_path: &Path, file: &File) -> Result<Self, TryLockError> {
        file.try_lock()?;
        file.try_clone().map(Self).map_err(TryLockError::Error)
    }

    pub(in super::super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Claims a file that will take the place of the claimed one.
    pub(in super::super) fn prepare(file: &File) -> io::Result<()> {
        Ok(file.try_lock()?)
    }

    /// Moves the claim to the file that has taken the place of the claimed one.
    pub(in super::super) fn follow(&mut self, file: File) {
        self.0 = file;
    }
}
