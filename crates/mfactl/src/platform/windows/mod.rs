//! Windows.

mod doctor;

use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::Command;

pub(crate) use doctor::{clock, desktop, keychain};
pub(crate) use mfa_sys::console::{end_on_interrupt, obeys_escapes};

/// What to do about a daemon of another version.
pub(crate) const RESTART: &str = "End it: taskkill /f /im mfad.exe   (the next command starts it)";

/// How to change that.
pub(crate) fn make_private(path: &Path) -> String {
    let path = path.display();
    format!("Make it private: icacls \"{path}\" /inheritance:r /grant:r \"%USERNAME%:F\"")
}

/// Asks for something that is not shown while it is typed. Shells set up the console anew.
pub(crate) fn ask_hidden(question: &str) -> std::io::Result<String> {
    rpassword::prompt_password(question)
}

/// A program that goes on after us, with nothing of ours but what it is given.
pub(crate) fn outliving(command: &mut Command) -> &mut Command {
    /// `DETACHED_PROCESS`: it has no part in our console.
    const DETACHED: u32 = 8;
    mfa_sys::detach::keep_streams();
    command.creation_flags(DETACHED)
}

/// Whether there is a desktop, with a clipboard and a place for prompts.
pub(crate) fn has_screen() -> bool {
    true
}
