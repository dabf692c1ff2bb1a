//! Where desktops keep files, as the XDG base directory specification has it; see
//! <https://specifications.freedesktop.org/basedir-spec/latest/>.

use std::ffi::OsString;
use std::path::PathBuf;

/// The user's configuration.
pub(super) fn config() -> Option<PathBuf> {
    of_the_user("XDG_CONFIG_HOME", ".config")
}

/// The configuration of the system, what counts more first.
pub(super) fn system_config() -> Vec<PathBuf> {
    of_the_system("XDG_CONFIG_DIRS", "/etc/xdg")
}

/// Where icon themes and the like are, what counts more first.
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
