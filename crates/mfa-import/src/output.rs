//! Prints the answer on standard output and errors on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use mfa_helper::import::{Exit, PREFIX};

use crate::error::Error;
use crate::failure::Failure;

/// Prints the answer in one piece.
pub(crate) fn answer(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Prints an error with advice, and returns its exit code.
pub(crate) fn fail(failure: &Failure) -> ExitCode {
    say(format_args!("{failure}. {}", failure.advice()));
    let exit = match failure {
        Failure::File(Error::NotRecognised) => Exit::NotRecognised,
        Failure::File(Error::PasswordNeeded) => Exit::PasswordNeeded,
        Failure::File(Error::WrongPassword) => Exit::WrongPassword,
        Failure::File(Error::Damaged { .. }) | Failure::TooLarge => Exit::Damaged,
        Failure::Read(_)
        | Failure::Password(_)
        | Failure::LongPassword
        | Failure::Confine(_)
        | Failure::Print(_) => Exit::Other,
    };
    ExitCode::from(u8::from(exit))
}

/// Prints a message of clap. Help and version are results, everything else is an error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(write!(io::stdout().lock(), "{}", error.render()));
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        drop(write!(io::stderr().lock(), "{text}"));
        return ExitCode::from(u8::from(Exit::Usage));
    }
    let text = text.trim_end();
    let text = text.strip_prefix("error: ").unwrap_or(text);
    say(match unfit(error) {
        // The argument may be a link with a secret. Repeating it could leave it in a log.
        Some(argument) => text.replace(&format!("'{argument}'"), "'…'"),
        None => text.to_owned(),
    });
    ExitCode::from(u8::from(Exit::Usage))
}

/// Returns the argument that is invalid, unless it is a misspelt option.
fn unfit(error: &clap::Error) -> Option<String> {
    use ContextKind::{InvalidArg, InvalidSubcommand, InvalidValue};

    let kinds = match error.kind() {
        ErrorKind::UnknownArgument => &[InvalidArg][..],
        _ => &[InvalidValue, InvalidSubcommand],
    };
    let argument = kinds.iter().find_map(|kind| error.get(*kind))?;
    Some(argument.to_string()).filter(|argument| !argument.starts_with('-'))
}

/// Ends the program when a decoder panics. The panic message is left out: it may contain parts of the file.
pub fn crash() -> ! {
    say("the file is damaged in an unexpected way. Export it again.");
    std::process::exit(Exit::Damaged.into())
}

fn say(text: impl Display) {
    // If standard error is closed, nobody reads the message.
    drop(writeln!(io::stderr().lock(), "{PREFIX}{text}"));
}
