//! Prints the answer on standard output and errors on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use mfa_helper::export::{Exit, PREFIX};

use crate::failure::Failure;

/// Prints the pieces of the answer.
pub(crate) fn answer(pieces: &[&[u8]]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for piece in pieces {
        stdout.write_all(piece)?;
    }
    stdout.flush()
}

/// Prints an error and returns its exit code.
pub(crate) fn fail(failure: &Failure) -> ExitCode {
    say(format_args!("{failure}."));
    ExitCode::from(u8::from(failure.exit()))
}

/// Prints a message of clap. Help and version are results, everything else is an error. The arguments are not
/// repeated.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(write!(io::stdout().lock(), "{}", error.render()));
        return ExitCode::SUCCESS;
    }
    say("Usage: mfa-export write | formats; see mfactl export --help");
    ExitCode::from(u8::from(Exit::Usage))
}

/// Ends the program when it panics. The panic message is left out: it may contain parts of the request.
pub fn crash() -> ! {
    say("an unexpected error.");
    std::process::exit(Exit::Other.into())
}

fn say(text: impl Display) {
    // If standard error is closed, nobody reads the message.
    drop(writeln!(io::stderr().lock(), "{PREFIX}{text}"));
}
