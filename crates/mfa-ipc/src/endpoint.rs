//! Where the daemon is found.

pub use crate::platform::endpoint::{folder, prepare_folder, socket};

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

/// The D-Bus address of the private connection, as `PrivateAddress` tells it: `unix:path=…`, or
/// `pipe:path=…` for a named pipe, which D-Bus has no kind of address for.
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
    format!("{}:path={path}", crate::platform::endpoint::KIND)
}
