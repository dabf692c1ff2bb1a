//! The Unix socket and its folder.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use mfa_sys::peer::User;

/// The kind of D-Bus address.
pub(crate) const KIND: &str = "unix";

/// Returns the folder of the private socket, mode 0700.
///
/// It is `$XDG_RUNTIME_DIR/mfad`. If that variable is not set (a login without a session manager, a
/// container), it is `/run/user/UID/mfad` if that folder exists, otherwise `/tmp/mfad-UID`.
#[must_use]
pub fn folder() -> PathBuf {
    let uid = User::own().uid();
    let given = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute());
    let usual = || Some(PathBuf::from(format!("/run/user/{uid}"))).filter(|p| is_ours(p));
    given.or_else(usual).map_or_else(
        || PathBuf::from(format!("/tmp/mfad-{uid}")),
        |runtime| runtime.join("mfad"),
    )
}

/// Returns the path of the private socket, mode 0600.
#[must_use]
pub fn socket() -> PathBuf {
    folder().join("bus")
}

/// Returns whether a folder belongs to this user and nobody else may write to it.
fn is_ours(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|found| {
        found.is_dir() && found.uid() == User::own().uid() && found.mode() & 0o022 == 0
    })
}

/// Creates the folder if necessary, and checks that it belongs to this user and is closed to
/// others.
///
/// # Errors
/// Errors of the file system, and `PermissionDenied` if the folder belongs to another user.
pub fn prepare_folder() -> io::Result<PathBuf> {
    let folder = folder();
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if !is_ours(&folder) {
        let text = format!(
            "{} belongs to another user, or others can write to it: remove it, or ask an administrator to",
            folder.display()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}
