//! Names and addresses of the daemon.

pub use crate::platform::endpoint::{folder, prepare_folder, socket};

/// The well-known name on the session bus. It contains the version: an incompatible change gets a
/// new name.
pub const BUS_NAME: &str = "org.mfactl.Authenticator1";
/// The path of the object that has the interfaces of the daemon.
pub const OBJECT_PATH: &str = "/org/mfactl/Authenticator1";
/// The interface on the session bus and on the private connection.
pub const AUTHENTICATOR: &str = "org.mfactl.Authenticator1";
/// The interface that only the private connection has.
pub const ACCOUNTS: &str = "org.mfactl.Accounts1";
/// The interface of the access rules and of the questions to the user. Only the private connection has it.
pub const ACCESS: &str = "org.mfactl.Access1";
/// The path of the object that a client serves when it offers to copy codes.
pub const COPIER_PATH: &str = "/org/mfactl/Copier1";
/// The interface of that object.
pub const COPIER: &str = "org.mfactl.Copier1";

/// The name of the tray on the session bus, which is also the name of its desktop entry.
pub const TRAY_NAME: &str = "org.mfactl.Tray";
/// The path of the object of the tray, as the specification of desktop entries derives it from the name.
pub const TRAY_PATH: &str = "/org/mfactl/Tray";

/// Returns the D-Bus address of the private connection, the value of `PrivateAddress`. It is
/// `unix:path=…`, or `pipe:path=…` for a named pipe, for which D-Bus has no kind of address.
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
