//! The Unix socket, and its folder.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use mfa_sys::peer::User;

/// The kind of D-Bus address.
pub(crate) const KIND: &str = "unix";

/// The folder of the private socket, mode 0700.
///
/// It is `$XDG_RUNTIME_DIR/mfad`. Where that is not set (a login without a session manager, a
/// container), it is `/run/user/UID/mfad` if that is there, else `/tmp/mfad-UID`.
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

/// The private socket, mode 0600.
#[must_use]
pub fn socket() -> PathBuf {
    folder().join("bus")
}

/// Whether a folder belongs to us and nobody else may write to it.
fn is_ours(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|found| {
        found.is_dir() && found.uid() == User::own().uid() && found.mode() & 0o022 == 0
    })
}

/// Makes sure that the folder is there, is ours and is closed to others.
///
/// # Errors
/// What the file system says, or that somebody else got there first.
pub fn prepare_folder() -> io::Result<PathBuf> {
    let folder = folder();
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if !is_ours(&folder) {
        let text = format!("{} belongs to somebody else: remove it", folder.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}
