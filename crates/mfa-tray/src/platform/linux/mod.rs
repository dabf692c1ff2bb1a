//! The desktops of Linux: all over D-Bus, without a toolkit.

mod autostart;
mod folders;
mod notifications;
mod panel;
mod pictures;
mod prompts;
mod session;

pub(crate) use autostart::{is_unwanted_at_login, start_at_login, starts_at_login};
pub(crate) use notifications::Notifications;
pub(crate) use panel::Panel;
pub(crate) use prompts::{ASKS_FOR_NAMES, PINENTRIES, name_prompts};
pub(crate) use session::Session;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::run::Error;

/// Does the work. There is nothing to be done beside it: everything waits on one runtime.
pub(crate) fn beside_the_desktop(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    work()
}

/// What the desktop is called.
pub(crate) fn desktop() -> String {
    std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default()
}

/// Opens a file with the program that the user likes for it. Says later if there is none.
pub(crate) fn open(path: &Path, failed: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    let mut opener = Command::new("xdg-open")
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::spawn(move || match opener.wait() {
        Ok(status) if status.success() => {}
        Ok(status) => failed(io::Error::other(format!("xdg-open: {status}"))),
        Err(error) => failed(error),
    });
    Ok(())
}

/// Standard error, which systemd reads where it runs us.
pub(crate) fn log_file() -> Option<std::fs::File> {
    None
}
