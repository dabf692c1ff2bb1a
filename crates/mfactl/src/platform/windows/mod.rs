//! Windows.

mod doctor;

use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::Command;

pub(crate) use doctor::{clock, desktop, keychain};
pub(crate) use mfa_sys::console::{end_on_interrupt, obeys_escapes};

/// The remedy for a daemon of another version.
pub(crate) const RESTART: &str = "End it: taskkill /f /im mfad.exe   (the next command starts it)";

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
