//! The desktops of Linux, over D-Bus and without a toolkit.

mod application;
mod autostart;
mod folders;
mod notifications;
mod owners;
mod panel;
mod pictures;
mod prompts;
mod session;
mod shortcut;
mod tiles;

pub(crate) use autostart::{is_unwanted_at_login, start_at_login, starts_at_login};
pub(crate) use notifications::Notifications;
pub(crate) use panel::Panel;
pub(crate) use prompts::{ASKS_FOR_NAMES, PINENTRIES, confirm_prompts, name_prompts};
pub(crate) use session::Session;
pub(crate) use shortcut::Shortcut;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::prompt::Answer;
use crate::run::Error;

/// Runs `work`. The desktop needs no thread: everything waits on one runtime.
pub(crate) fn beside_the_desktop(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    work()
}

/// Returns the name of the desktop.
pub(crate) fn desktop() -> String {
    std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default()
}

/// Opens a file with the user's program for it. Calls `failed` later if there is none.
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

/// Returns `None`: the log goes to standard error, which systemd reads if it started the tray.
pub(crate) fn log_file() -> Option<std::fs::File> {
    None
}

/// Returns [`Answer::Nobody`]: the tray has no window of its own here.
pub(crate) async fn answer(_: String, _: &str, _: &str) -> Answer<bool> {
    std::future::ready(Answer::Nobody).await
}
