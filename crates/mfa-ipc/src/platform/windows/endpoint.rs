//! The named pipe, and the folder of its lock.

use std::io;
use std::path::PathBuf;

use mfa_sys::files;
use mfa_sys::peer::User;

use super::paths;

/// The kind of address. D-Bus has none for named pipes.
pub(crate) const KIND: &str = "pipe";

/// Returns the folder of the lock that allows only one daemon, `%LOCALAPPDATA%\mfactl`.
#[must_use]
pub fn folder() -> PathBuf {
    paths::state()
}

/// Returns the path of the pipe, `\\.\pipe\mfad-SID`. All users of a machine share these names.
#[must_use]
pub fn socket() -> PathBuf {
    PathBuf::from(format!(r"\\.\pipe\mfad-{}", User::own()))
}

/// Creates the folder if necessary.
///
/// # Errors
/// Errors of the file system.
pub fn prepare_folder() -> io::Result<PathBuf> {
    let folder = folder();
    files::create_private_folder(&folder)?;
    Ok(folder)
}
