//! The folders of the XDG base directory specification.

use std::path::PathBuf;

/// Where the configuration is.
pub(crate) fn configuration() -> PathBuf {
    folder("XDG_CONFIG_HOME", ".config")
}

/// Where the state is.
pub(crate) fn state() -> PathBuf {
    folder("XDG_STATE_HOME", ".local/state")
}

/// Where what the user has made is.
pub(crate) fn data() -> PathBuf {
    folder("XDG_DATA_HOME", ".local/share")
}

/// The specification says to ignore relative paths.
fn folder(variable: &str, default: &str) -> PathBuf {
    // Without HOME this asks the user database; a relative path would obey whatever folder we are in.
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    let home = || home().unwrap_or_else(|| PathBuf::from("/")).join(default);
    let given = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    given.unwrap_or_else(home).join("mfactl")
}
