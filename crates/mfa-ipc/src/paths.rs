//! Where the configuration, the state and a vault file are, for the daemon and its clients.

use std::path::PathBuf;

/// The configuration: `$XDG_CONFIG_HOME/mfactl/config.toml`.
#[must_use]
pub fn config() -> PathBuf {
    folder("XDG_CONFIG_HOME", ".config").join("config.toml")
}

/// The folder of the state: `$XDG_STATE_HOME/mfactl`.
#[must_use]
pub fn state() -> PathBuf {
    folder("XDG_STATE_HOME", ".local/state")
}

/// The log of a daemon that a client has started.
#[must_use]
pub fn log() -> PathBuf {
    state().join("mfad.log")
}

/// The vault file, if nobody says otherwise: `$XDG_DATA_HOME/mfactl/vault.kdbx`.
#[must_use]
pub fn vault() -> PathBuf {
    folder("XDG_DATA_HOME", ".local/share").join("vault.kdbx")
}

/// A folder of the XDG base directory specification, which ignores relative paths.
fn folder(variable: &str, default: &str) -> PathBuf {
    // Without HOME this asks the user database; a relative path would obey whatever folder we are in.
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    let home = || home().unwrap_or_else(|| PathBuf::from("/")).join(default);
    let given = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    given.unwrap_or_else(home).join("mfactl")
}
