//! Linux and macOS.

mod doctor;
mod terminal;

use std::path::Path;
use std::process::Command;

pub(crate) use doctor::{clock, desktop, keychain};
pub(crate) use terminal::ask_hidden;

/// What to do about a daemon of another version.
pub(crate) const RESTART: &str = "Restart it: systemctl --user restart mfad";

/// How to change that.
pub(crate) fn make_private(path: &Path) -> String {
    format!("Make it private: chmod 600 {}", path.display())
}

/// Whether there is a desktop, with a clipboard and a place for prompts.
pub(crate) fn has_screen() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A program that goes on after us; it lets go of us by itself.
pub(crate) fn outliving(command: &mut Command) -> &mut Command {
    command
}

/// A signal ends this process as it is.
pub(crate) fn end_on_interrupt() {}

/// Whether a terminal obeys escape sequences: all do.
pub(crate) fn obeys_escapes() -> bool {
    true
}
