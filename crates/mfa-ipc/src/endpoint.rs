//! Where the daemon is found.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The well-known name on the session bus. The version is part of it: an incompatible change makes
/// a new name.
pub const BUS_NAME: &str = "org.mfactl.Authenticator1";
/// The object that carries both interfaces.
pub const OBJECT_PATH: &str = "/org/mfactl/Authenticator1";
/// The interface on the session bus and on the private connection.
pub const AUTHENTICATOR: &str = "org.mfactl.Authenticator1";
/// The interface on the private connection only.
pub const VAULT: &str = "org.mfactl.Vault1";
/// The object that a client serves when it offers to copy codes.
pub const COPIER_PATH: &str = "/org/mfactl/Copier1";
/// The interface of that object.
pub const COPIER: &str = "org.mfactl.Copier1";

/// The folder of the private socket, mode 0700.
///
/// It is `$XDG_RUNTIME_DIR/mfad`. Where that is not set (a login without a session manager, a
/// container), it is `/run/user/UID/mfad` if that is there, else `/tmp/mfad-UID`.
#[must_use]
pub fn folder() -> PathBuf {
    let uid = mfa_sys::peer::own_uid();
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

/// The D-Bus address of the private socket, as `PrivateAddress` tells it.
#[must_use]
pub fn address() -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'/' | b'.' | b'*' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02x}"),
    };
    let path: String = socket()
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .copied()
        .map(escape)
        .collect();
    format!("unix:path={path}")
}

/// Whether a folder belongs to us and nobody else may write to it.
fn is_ours(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|found| {
        found.is_dir() && found.uid() == mfa_sys::peer::own_uid() && found.mode() & 0o022 == 0
    })
}

/// Makes sure that the folder is there, is ours and is closed to others.
///
/// # Errors
/// What the file system says, or that somebody else got there first.
pub fn prepare_folder() -> io::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

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
