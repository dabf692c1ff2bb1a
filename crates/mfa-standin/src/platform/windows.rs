//! Windows, where a process cannot become another program.

use std::io;
use std::process::{Command, ExitCode};

/// Runs another program and returns its exit code.
pub(crate) fn become_program(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
