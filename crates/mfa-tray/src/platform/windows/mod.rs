//! The desktop of Windows: an icon in the notification area, with a menu and balloons, on the
//! thread that handles the messages of its window.

mod notifications;
mod panel;
mod session;

pub(crate) use session::Session;

/// The programs that ask for a passphrase: none is always installed.
pub(crate) const PINENTRIES: &[&str] = &[];
/// Whether the desktop can ask for a name.
pub(crate) const ASKS_FOR_NAMES: bool = false;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use mfa_ipc::paths;
use mfa_sys::{files, screen};

use crate::run::Error;

/// The maximum size of the log, in bytes.
const MAX_LOG: u64 = 1024 * 1024;

/// Runs `work`. The icon has its own thread.
pub(crate) fn beside_the_desktop(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    screen::see_real_pixels();
    work()
}

/// Returns the name of the desktop.
pub(crate) fn desktop() -> String {
    "Windows".to_owned()
}

/// Opens a text file with the editor that always exists, because few users have a program for TOML
/// files.
pub(crate) fn open(path: &Path, _: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    let system = std::env::var_os("SystemRoot").ok_or(io::ErrorKind::NotFound)?;
    let editor = PathBuf::from(system).join(r"System32\notepad.exe");
    // The user closes the editor; the tray does not wait for it.
    drop(Command::new(editor).arg(path).spawn()?);
    Ok(())
}

/// Returns the file for the log, because a program without a console has no standard error.
pub(crate) fn log_file() -> Option<File> {
    if cfg!(debug_assertions) {
        return None;
    }
    files::create_private_folder(&paths::state()).ok()?;
    let path = paths::state().join("mfa-tray.log");
    let is_long = std::fs::metadata(&path).is_ok_and(|file| file.len() > MAX_LOG);
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    if is_long {
        options.append(false).write(true).truncate(true);
    }
    files::private(&mut options).open(path).ok()
}

/// Returns no programs: none asks for a name.
pub(crate) fn name_prompts(_: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// Returns no programs: the menu is the tray's own, so that a click needs no window.
pub(crate) fn confirm_prompts(_: &str, _: &str, _: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// Returns `None`: the installer determines this.
pub(crate) fn starts_at_login() -> Option<bool> {
    None
}

/// Returns `false`: the tray is started only if the user wants it.
pub(crate) fn is_unwanted_at_login() -> bool {
    false
}

/// Does nothing: the menu has no such entry.
pub(crate) fn start_at_login(_: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
