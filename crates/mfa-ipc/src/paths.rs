//! The paths of the configuration, the state and the vault file, for the daemon and its clients.

use std::path::PathBuf;

use crate::platform::paths as platform;

/// Returns the path of the configuration: `$XDG_CONFIG_HOME/mfactl/config.toml`, or the same in
/// `%APPDATA%`.
#[must_use]
pub fn config() -> PathBuf {
    platform::configuration().join("config.toml")
}

/// Returns the folder of the state: `$XDG_STATE_HOME/mfactl`, or the same in `%LOCALAPPDATA%`.
#[must_use]
pub fn state() -> PathBuf {
    platform::state()
}

/// The name of the access log in the folder of the state.
pub const ACCESS_LOG: &str = "access.log";

/// Returns the path of the access log. It has a line of JSON for each event; see [`mfa_core::access::Record`].
#[must_use]
pub fn access_log() -> PathBuf {
    state().join(ACCESS_LOG)
}

/// Returns the path of the log of a daemon that a client started.
#[must_use]
pub fn log() -> PathBuf {
    state().join("mfad.log")
}

/// Returns the path of the log beside the socket. It is used if the state cannot be written, for
/// example in a read-only home.
#[must_use]
pub(crate) fn spare_log() -> PathBuf {
    crate::endpoint::folder().join("mfad.log")
}

/// Returns the default path of the vault file: `$XDG_DATA_HOME/mfactl/vault.kdbx`, or the same in
/// `%LOCALAPPDATA%`.
#[must_use]
pub fn vault() -> PathBuf {
    platform::data().join("vault.kdbx")
}
