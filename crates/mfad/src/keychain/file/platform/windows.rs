//! Windows: nobody else can read a file that is locked. So there is one beside it, which one process
//! can open at a time, and which is gone when that ends.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

/// `GENERIC_WRITE` and `DELETE`, which the next one needs.
const GENERIC_WRITE: u32 = 0x4000_0000;
const DELETE: u32 = 0x0001_0000;
/// `FILE_FLAG_DELETE_ON_CLOSE`
const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
/// `ERROR_SHARING_VIOLATION`: somebody has it open.
const SHARING_VIOLATION: i32 = 32;

/// What is wrong with a secret in a file that is not private, and what to do.
pub(in super::super) const OPEN_TO_OTHERS: &str =
    "can be read by others: change who may, in its properties";

/// What is wrong with a vault file that others can change, and what to do.
pub(in super::super) const CHANGED_BY_OTHERS: &str =
    "can be changed by others: change who may, in its properties";

/// What is wrong with one that belongs to somebody else, and what to do.
pub(in super::super) const OF_ANOTHER: &str = "belongs to another user: use a copy that is yours";

/// Tells whether a file is still the one that was read.
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

    /// A claim is on the path, whichever file is there.
    #[expect(clippy::unused_self, reason = "other systems look")]
    pub(in super::super) fn is_same_file(&self, _other: &Self) -> bool {
        true
    }
}

/// Holds while it is there.
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

    /// The file that takes the place of the claimed one needs nothing.
    #[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
    pub(in super::super) fn prepare(_file: &File) -> io::Result<()> {
        Ok(())
    }

    /// The claim is on the path already.
    #[expect(clippy::unused_self, reason = "other systems follow")]
    pub(in super::super) fn follow(&mut self, file: File) {
        drop(file);
    }
}
