//! Windows.

mod doctor;
mod local;

use std::os::windows::io::AsHandle;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use doctor::{clock, desktop, keychain};
pub(crate) use local::Local;
pub(crate) use mfa_sys::console::{end_on_interrupt, obeys_escapes};

/// The remedy for a daemon of another version.
pub(crate) const RESTART: &str = "End it: taskkill /f /im mfad.exe   (the next command starts it)";

/// Returns `true`: a connection starts no daemon.
pub(crate) fn is_daemon_running() -> bool {
    true
}

/// Returns the file, pipe or device that standard output goes to.
pub(crate) fn output() -> std::io::Result<std::fs::File> {
    let output = std::io::stdout().as_handle().try_clone_to_owned();
    output.map(std::fs::File::from)
}

/// Returns the remedy for a file that is not private.
pub(crate) fn make_private(path: &Path) -> String {
    let path = path.display();
    format!("To make it private: icacls \"{path}\" /inheritance:r /grant:r \"%USERNAME%:F\"")
}

/// Asks for a text that is not shown while it is typed. Shells reset the console themselves.
pub(crate) fn ask_hidden(question: &str) -> std::io::Result<String> {
    rpassword::prompt_password(question)
}

/// Prepares a program that outlives mfactl and inherits nothing but the streams that it is given.
pub(crate) fn outliving(command: &mut Command) -> &mut Command {
    /// `DETACHED_PROCESS`: the program does not share our console.
    const DETACHED: u32 = 8;
    mfa_sys::detach::keep_streams();
    command.creation_flags(DETACHED)
}

/// Returns whether there is a desktop, with a clipboard and a place for prompts.
pub(crate) fn has_screen() -> bool {
    true
}

/// Returns the path of a program as the system gives it for a process: whole, without links, and without the beginning
/// `\\?\`.
pub(crate) fn whole(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::fs::canonicalize(path)?;
    let Some(text) = path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) else {
        return Ok(path);
    };
    Ok(match text.strip_prefix(r"UNC\") {
        Some(share) => format!(r"\\{share}").into(),
        None => text.into(),
    })
}

/// Runs another program, and ends as it does. Returns only if it cannot be run.
pub(crate) fn become_program(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
