//! Windows.

mod doctor;

use std::fs::File;
use std::io;
use std::path::Path;

pub(crate) use doctor::{clock, desktop};
pub(crate) use mfa_sys::console::obeys_escapes;

/// What to do about a daemon of another version.
pub(crate) const RESTART: &str = "End it: taskkill /f /im mfad.exe   (the next command starts it)";

/// Whether nobody else may read a file.
pub(crate) fn is_private(file: &File) -> io::Result<bool> {
    mfa_sys::files::is_private(file)
}

/// How to change that.
pub(crate) fn make_private(path: &Path) -> String {
    let path = path.display();
    format!("icacls \"{path}\" /inheritance:r /grant:r \"%USERNAME%:F\"")
}

/// Whether there is a clipboard.
pub(crate) fn has_screen() -> bool {
    true
}
