//! The folders of applications in the profile of the user.

use std::path::PathBuf;

/// Returns the folder of the configuration. It may follow the user to other machines.
pub(crate) fn configuration() -> PathBuf {
    folder("APPDATA", r"AppData\Roaming")
}

/// Returns the folder of the state.
pub(crate) fn state() -> PathBuf {
    folder("LOCALAPPDATA", r"AppData\Local")
}

/// Returns the folder of the user's data. A vault stays on this machine unless somebody moves it.
pub(crate) fn data() -> PathBuf {
    folder("LOCALAPPDATA", r"AppData\Local")
}

fn folder(variable: &str, default: &str) -> PathBuf {
    let given = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || std::env::home_dir().unwrap_or_else(|| PathBuf::from(r"C:\"));
    given.unwrap_or_else(|| home().join(default)).join("mfactl")
}
