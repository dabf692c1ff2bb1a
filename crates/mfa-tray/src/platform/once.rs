//! Allows one tray per user, by a file that the first tray locks. The system unlocks it when the
//! process ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;

use mfa_ipc::paths;
use mfa_sys::files;

/// The lock of the one tray.
pub(super) struct Claim {
    _lock: File,
}

impl Claim {
    /// Takes the lock. Returns `None` if another tray holds it.
    pub(super) fn take() -> io::Result<Option<Self>> {
        files::create_private_folder(&paths::state())?;
        let path = paths::state().join("tray.lock");
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(false);
        let lock = files::private(&mut options).open(path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
