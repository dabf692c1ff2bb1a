//! The folders of desktops, as defined by the XDG base directory specification; see
//! <https://specifications.freedesktop.org/basedir-spec/latest/>.

use std::ffi::OsString;
use std::path::PathBuf;

/// Returns the folder of the user's configuration.
pub(super) fn config() -> Option<PathBuf> {
    of_the_user("XDG_CONFIG_HOME", ".config")
}

/// Returns the folder of files that last as long as the user is logged in.
pub(super) fn runtime() -> Option<PathBuf> {
    variable("XDG_RUNTIME_DIR").map(PathBuf::from)
}

/// Returns the folders of the system configuration, in order of precedence.
pub(super) fn system_config() -> Vec<PathBuf> {
    of_the_system("XDG_CONFIG_DIRS", "/etc/xdg")
}

/// Returns the folders of data such as icon themes, in order of precedence.
pub(super) fn data() -> Vec<PathBuf> {
    let user = of_the_user("XDG_DATA_HOME", ".local/share").into_iter();
    user.chain(of_the_system(
        "XDG_DATA_DIRS",
        "/usr/local/share:/usr/share",
    ))
    .collect()
}

fn of_the_user(name: &str, below_home: &str) -> Option<PathBuf> {
    let folder = variable(name).map(PathBuf::from);
    folder.or_else(|| Some(std::env::home_dir()?.join(below_home)))
}

fn of_the_system(name: &str, otherwise: &str) -> Vec<PathBuf> {
    let folders = variable(name).unwrap_or_else(|| otherwise.into());
    std::env::split_paths(&folders).collect()
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
