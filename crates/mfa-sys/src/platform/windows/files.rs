//! Files and folders that are nobody else's business.
//!
//! On Windows they inherit who may read them from the profile that they are in, which is closed to
//! other users.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

use super::security;

/// The most that the crowds of this machine's users can do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Nothing,
    /// Read it.
    Read,
    /// Change it.
    Write,
    /// Whatever they like: not told apart here.
    Own,
}

/// A file that is made by these options is closed to others, in a profile.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a folder that is closed to others, in a profile, and those above it, where they are
/// missing.
///
/// # Errors
/// What the file system says.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// The same, of a folder that is ours.
///
/// # Errors
/// What the file system says.
pub fn own_folder(path: &Path) -> io::Result<()> {
    create_private_folder(path)
}

/// A new name in a folder needs nothing more to be there after a power cut.
///
/// # Errors
/// None here; other systems may fail.
pub fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether nobody else may read a file, but for those who may read anything.
///
/// # Errors
/// What the file system says.
pub fn is_private(file: &File) -> io::Result<bool> {
    Ok(!security::may_read(file)?)
}

/// Opens a file for reading, and nothing that is no file.
///
/// # Errors
/// What the file system says; [`io::ErrorKind::InvalidInput`] if it is something else.
pub fn open_regular(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    let text = "it is not a regular file";
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

/// What others can do with a file, by its list.
///
/// # Errors
/// What the file system says.
pub fn others(file: &File) -> io::Result<Others> {
    Ok(if security::may_write(file)? {
        Others::Write
    } else if security::may_read(file)? {
        Others::Read
    } else {
        Others::Nothing
    })
}
