//! Files and folders that are nobody else's business.
//!
//! On Windows they inherit who may read them from the profile that they are in, which is closed to
//! other users.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

use super::security;

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
    security::is_private(file)
}
