//! One tray for each user: a file that the first one locks. The system unlocks it with the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;

use mfa_ipc::paths;
use mfa_sys::files;

/// What is held by the one tray.
pub(super) struct Claim {
    _lock: File,
}

impl Claim {
    /// Takes it, if nobody has it.
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
