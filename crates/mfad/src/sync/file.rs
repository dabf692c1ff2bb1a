//! The file on disk: read as a whole, and replaced as a whole unless it has changed since.
//!
//! The new file is on the disk before the old one is compared once more, so that hardly any time is left in which a
//! carrier could bring another one.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use mfa_host::replace::{Outlives, Prepared, prepare_file};
use mfa_sys::files;

use super::{Error, platform};
use crate::database;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// How often a lock is tried that another program holds, and the pause in between. Another daemon takes a few seconds.
const MAX_TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// A file as it was read.
pub(super) struct Seen {
    /// What it contained, or `None` if there was none.
    bytes: Option<Vec<u8>>,
    /// Keeps other daemons off it. Other programs ignore the lock, but their writes are noticed.
    lock: Option<File>,
}

/// The new file, which has not its name yet.
pub(super) struct New {
    file: Prepared,
    bytes: Vec<u8>,
}

impl New {
    /// Writes the file that is to replace the one at a path.
    pub(super) fn write(path: &Path, bytes: Vec<u8>) -> Result<Self, Error> {
        let written = prepare_file(path, Outlives::APowerCut, |file| {
            if !platform::LOCKS_OUT_READERS {
                // It is locked before it has the name of the old one. Not every folder has locks.
                drop(file.try_lock());
            }
            file.write_all(&bytes)
        });
        let file = written.map_err(Error::NotWritten)?;
        Ok(Self { file, bytes })
    }
}

/// Returns the path of a file whose folder exists. A link to a file means the file.
pub(crate) fn place(path: &Path) -> Result<PathBuf, database::Error> {
    if !path.is_absolute() {
        return Err(database::Error::Relative);
    }
    if let Ok(target) = fs::canonicalize(path) {
        return Ok(target);
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(database::Error::Irregular);
    };
    let folder = fs::canonicalize(folder).map_err(|_| database::Error::Missing)?;
    Ok(folder.join(name))
}

/// Reads a regular file of limited size.
pub(super) fn read(file: &File) -> Result<Vec<u8>, database::Error> {
    let mut bytes = Vec::new();
    // A file may grow while it is read.
    let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
    read.map_err(database::Error::Unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(database::Error::TooLarge);
    }
    Ok(bytes)
}

/// Opens a regular file.
pub(super) fn open(path: &Path) -> Result<Option<File>, database::Error> {
    match files::open_regular(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Ok(None),
            io::ErrorKind::InvalidInput => Err(database::Error::Irregular),
            _ => Err(database::Error::Unreadable(error)),
        },
    }
}

impl Seen {
    /// Locks the file and reads it.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        for _ in 0..MAX_TRIES {
            let Some(file) = open(path)? else {
                return Ok(Self {
                    bytes: None,
                    lock: None,
                });
            };
            let lock = match file.try_lock() {
                Ok(()) => Some(file.try_clone().map_err(database::Error::Unreadable)?),
                // Not every mounted folder has locks. The check before the write remains.
                Err(TryLockError::Error(_)) => None,
                Err(TryLockError::WouldBlock) => {
                    // The other daemon replaces the file, which Windows does not let it do while it is open here.
                    drop(file);
                    thread::sleep(PAUSE);
                    continue;
                }
            };
            let bytes = Some(read(&file)?);
            return Ok(Self { bytes, lock });
        }
        Err(Error::Busy)
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }

    /// Replaces the file, if it still is what was read.
    pub(super) fn replace(&mut self, path: &Path, new: New) -> Result<(), Error> {
        if platform::LOCKS_OUT_READERS {
            // Our own lock would keep us from reading the file.
            self.lock = None;
        }
        let now = open(path)?.map(|file| read(&file)).transpose()?;
        if now != self.bytes {
            return Err(Error::Changed);
        }
        let New { file, bytes } = new;
        let file = file.replace().map_err(Error::NotWritten)?;
        if !platform::LOCKS_OUT_READERS {
            self.lock = Some(file);
        }
        self.bytes = Some(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A carrier brings another file while ours is already on the disk. Windows lets nobody replace a file that is open.
    #[cfg(unix)]
    #[test]
    fn a_change_right_before_the_new_file_has_its_name_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.kdbx");
        fs::write(&path, "old").unwrap();
        let mut seen = Seen::read(&path).unwrap();
        let new = New::write(&path, b"ours".to_vec()).unwrap();
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "theirs").unwrap();
        fs::rename(&theirs, &path).unwrap();
        let refused = seen.replace(&path, new);
        assert!(matches!(refused, Err(Error::Changed)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// Another daemon that holds the lock is about to replace the file.
    #[test]
    fn a_locked_file_is_read_once_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.kdbx");
        fs::write(&path, "old").unwrap();
        let mut other = File::options().read(true).write(true).open(&path).unwrap();
        other.lock().unwrap();
        thread::scope(|scope| {
            let reading = scope.spawn(|| Seen::read(&path));
            if platform::LOCKS_OUT_READERS {
                // Windows replaces no file that is locked.
                other.write_all(b"new").unwrap();
            } else {
                let new = folder.path().join("new");
                fs::write(&new, "new").unwrap();
                fs::rename(&new, &path).unwrap();
            }
            drop(other);
            let seen = reading.join().unwrap().unwrap();
            assert_eq!(seen.bytes(), Some(&b"new"[..]));
        });
    }

    #[test]
    fn a_file_that_stays_locked_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.kdbx");
        fs::write(&path, "old").unwrap();
        let other = File::open(&path).unwrap();
        other.lock().unwrap();
        assert!(matches!(Seen::read(&path), Err(Error::Busy)));
    }

    /// Our own lock is not in the way, and the next one finds the new file.
    #[test]
    fn what_has_not_changed_is_replaced_again_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.kdbx");
        let mut seen = Seen::read(&path).unwrap();
        for text in ["one", "two", "three"] {
            let new = New::write(&path, text.into()).unwrap();
            seen.replace(&path, new).unwrap();
            assert_eq!(seen.bytes(), Some(text.as_bytes()));
        }
        drop(seen);
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert!(Seen::read(&path).is_ok());
    }
}
