//! Linux and macOS.

mod doctor;
mod terminal;

use std::path::Path;
use std::process::Command;

pub(crate) use doctor::{clock, desktop, keychain};
pub(crate) use terminal::ask_hidden;

/// The remedy for a daemon of another version.
pub(crate) const RESTART: &str = "Restart it: systemctl --user restart mfad";

/// Returns the remedy for a file that is not private.
pub(crate) fn make_private(path: &Path) -> String {
    format!("To make it private: chmod 600 {}", path.display())
}

/// Returns whether there is a desktop, with a clipboard and a place for prompts.
pub(crate) fn has_screen() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Prepares a program that outlives mfactl. It detaches from mfactl by itself.
pub(crate) fn outliving(command: &mut Command) -> &mut Command {
    command
}

/// Does nothing: a signal ends this process anyway.
pub(crate) fn end_on_interrupt() {}

/// Returns whether the terminal obeys escape sequences, as all of them do.
pub(crate) fn obeys_escapes() -> bool {
    true
}
