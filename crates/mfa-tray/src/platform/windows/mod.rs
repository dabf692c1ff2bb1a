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
use mfa_sys::dialog::{self, Dialog, Words};
use mfa_sys::{files, harden, screen};
use tokio::sync::oneshot;

use crate::prompt::Answer;
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

/// Returns no programs: [`answer`] asks.
pub(crate) fn confirm_prompts(_: &str, _: &str, _: &str) -> Vec<(&'static str, Vec<String>)> {
    Vec::new()
}

/// Shows a text in a window with two buttons. Returns whether the user pressed the first one. The window closes as soon as
/// nobody waits.
pub(crate) async fn answer(text: String, yes: &str, no: &str) -> Answer<bool> {
    // Another program could make the tray load a library, which would press the button in its place.
    if let Err(error) = harden::keep_libraries_out() {
        tracing::warn!(%error, "the system does not keep libraries out, so the tray shows no questions");
        return Answer::Nobody;
    }
    let (sender, answer) = oneshot::channel();
    let words = Words {
        title: "mfactl".to_owned(),
        text,
        yes: yes.to_owned(),
        no: no.to_owned(),
        before: 0,
    };
    let answered = move |answer| {
        // Otherwise nobody waits for the answer any more.
        sender.send(answer).ok();
    };
    let open = move || Dialog::open(words, answered);
    let window = match tokio::task::spawn_blocking(open).await {
        Ok(Ok(window)) => window,
        failed => {
            let error = failed.ok().and_then(Result::err);
            tracing::warn!(?error, "the desktop does not show the question");
            return Answer::Nobody;
        }
    };
    let answer = answer.await;
    drop(window);
    match answer {
        Ok(dialog::Answer::Yes) => Answer::Given(true),
        Ok(dialog::Answer::No) => Answer::Given(false),
        Ok(dialog::Answer::Closed) | Err(_) => Answer::Cancelled,
    }
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
