//! The named pipe, and the folder of the lock that goes with it.

use std::io;
use std::path::PathBuf;

use mfa_sys::files;
use mfa_sys::peer::User;

use super::paths;

/// The kind of address. D-Bus has none for named pipes.
pub(crate) const KIND: &str = "pipe";

/// The folder of the lock that makes sure of there being one daemon, `%LOCALAPPDATA%\mfactl`.
#[must_use]
pub fn folder() -> PathBuf {
    paths::state()
}

/// The pipe, `\\.\pipe\mfad-SID`. All users of a machine share these names.
#[must_use]
pub fn socket() -> PathBuf {
    PathBuf::from(format!(r"\\.\pipe\mfad-{}", User::own()))
}

/// Makes sure that the folder is there.
///
/// # Errors
/// What the file system says.
pub fn prepare_folder() -> io::Result<PathBuf> {
    let folder = folder();
    files::create_private_folder(&folder)?;
    Ok(folder)
}
