//! Linux and macOS.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Becomes another program. Returns only if that fails.
pub(crate) fn become_program(command: &mut Command) -> io::Result<ExitCode> {
    Err(command.exec())
}
