//! The folders of the XDG base directory specification.

use std::path::PathBuf;

/// Returns the folder of the configuration.
pub(crate) fn configuration() -> PathBuf {
    folder("XDG_CONFIG_HOME", ".config")
}

/// Returns the folder of the state.
pub(crate) fn state() -> PathBuf {
    folder("XDG_STATE_HOME", ".local/state")
}

/// Returns the folder of the user's data.
pub(crate) fn data() -> PathBuf {
    folder("XDG_DATA_HOME", ".local/share")
}

/// Returns a folder of mfactl. The specification says to ignore relative paths.
fn folder(variable: &str, default: &str) -> PathBuf {
    // Without HOME, this asks the user database. A relative path would depend on the current
    // folder.
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    let home = || home().unwrap_or_else(|| PathBuf::from("/")).join(default);
    let given = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    given.unwrap_or_else(home).join("mfactl")
}
