//! The desktop of Windows: an icon in the notification area, with a menu and balloons, on a thread
//! that takes the messages of its window.

mod notifications;
mod panel;
mod session;

pub(crate) use session::Session;

/// Programs that ask for a passphrase: none that is to be counted on.
pub(crate) const PINENTRIES: &[&str] = &[];
/// Whether a name can be asked for.
pub(crate) const ASKS_FOR_NAMES: bool = false;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use mfa_ipc::paths;
use mfa_sys::{files, tray};

use crate::run::Error;

/// The longest log that is kept, in bytes.
const MAX_LOG: u64 = 1024 * 1024;

/// Does the work. The icon has a thread of its own.
pub(crate) fn beside_the_desktop(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    tray::see_real_pixels();
    work()
}

/// There is one.
pub(crate) fn desktop() -> String {
    "Windows".to_owned()
}

/// Opens a text file, with the editor that is always there: few have a program for ours.
pub(crate) fn open(path: &Path, _: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    let system = std::env::var_os("SystemRoot").ok_or(io::ErrorKind::NotFound)?;
    let editor = PathBuf::from(system).join(r"System32\notepad.exe");
    // It is waited for by nobody, and closed by the user.
    drop(Command::new(editor).arg(path).spawn()?);
    Ok(())
}

/// The file to log to: a program without a console has no standard error.
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

/// There is no program to ask for a name.
pub(crate) fn name_prompts(_: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// That is not for us to say: the installer sees to it.
pub(crate) fn starts_at_login() -> Option<bool> {
    None
}

/// Whoever starts us wants us.
pub(crate) fn is_unwanted_at_login() -> bool {
    false
}

/// It is not in the menu.
pub(crate) fn start_at_login(_: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
