//! Where the configuration, the state and a vault file are, for the daemon and its clients.

use std::path::PathBuf;

use crate::platform::paths as platform;

/// The configuration: `$XDG_CONFIG_HOME/mfactl/config.toml`, or that in `%APPDATA%`.
#[must_use]
pub fn config() -> PathBuf {
    platform::configuration().join("config.toml")
}

/// The folder of the state: `$XDG_STATE_HOME/mfactl`, or that in `%LOCALAPPDATA%`.
#[must_use]
pub fn state() -> PathBuf {
    platform::state()
}

/// The log of a daemon that a client has started.
#[must_use]
pub fn log() -> PathBuf {
    state().join("mfad.log")
}

/// The same, where no state can be written, as in a home that is read-only: beside the socket.
#[must_use]
pub(crate) fn spare_log() -> PathBuf {
    crate::endpoint::folder().join("mfad.log")
}

/// The vault file, if nobody says otherwise: `$XDG_DATA_HOME/mfactl/vault.kdbx`, or that in
/// `%LOCALAPPDATA%`.
#[must_use]
pub fn vault() -> PathBuf {
    platform::data().join("vault.kdbx")
}
