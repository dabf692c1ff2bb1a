//! Files and folders that are private to the user.
//!
//! On Windows they inherit their permissions from the user's profile, which is closed to other users.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

use super::security;

/// The most that groups of other users on this machine can do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Nothing,
    /// Read it.
    Read,
    /// Change it.
    Write,
    /// Anything: they own the file. This is never returned on Windows.
    Own,
}

/// Returns the options unchanged: within a profile, a new file is closed to others.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Creates a folder that is closed to others, within a profile, and its missing parents.
///
/// # Errors
/// An error of the file system.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Creates a folder of ours, as [`create_private_folder`] does.
///
/// # Errors
/// An error of the file system.
pub fn own_folder(path: &Path) -> io::Result<()> {
    create_private_folder(path)
}

/// Does nothing: here a new name in a folder survives a power cut without it.
///
/// # Errors
/// Never fails. Other systems may.
pub fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Checks whether no other user may read a file, except those who may read everything.
///
/// # Errors
/// An error of the file system.
pub fn is_private(file: &File) -> io::Result<bool> {
    Ok(!security::may_read(file)?)
}

/// Opens a regular file for reading, and nothing else.
///
/// # Errors
/// An error of the file system, or [`io::ErrorKind::InvalidInput`] if it is not a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    let text = "it is not a regular file";
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

/// Returns what others can do with a file, according to its access control list.
///
/// # Errors
/// An error of the file system.
pub fn others(file: &File) -> io::Result<Others> {
    Ok(if security::may_write(file)? {
        Others::Write
    } else if security::may_read(file)? {
        Others::Read
    } else {
        Others::Nothing
    })
}
