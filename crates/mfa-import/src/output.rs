//! What the program prints: the answer on standard output, errors on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

use crate::error::Error;
use crate::run::Failure;

/// The exit codes. They are part of the interface and stay as they are.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Exit {
    Other = 1,
    Usage = 2,
    NotRecognised = 3,
    PasswordNeeded = 4,
    WrongPassword = 5,
    Damaged = 6,
}

/// Prints all of the answer at once.
pub(crate) fn answer(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Prints an error with what to do about it, and gives its exit code.
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
    ExitCode::from(exit as u8)
}

/// Prints what clap has to say: help and version are results, anything else is an error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(write!(io::stdout().lock(), "{}", error.render()));
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        drop(write!(io::stderr().lock(), "{text}"));
        return ExitCode::from(Exit::Usage as u8);
    }
    let text = text.trim_end();
    let text = text.strip_prefix("error: ").unwrap_or(text);
    say(match unfit(error) {
        // It may be a link with a secret, which is not to be repeated where a log could keep it.
        Some(argument) => text.replace(&format!("'{argument}'"), "'…'"),
        None => text.to_owned(),
    });
    ExitCode::from(Exit::Usage as u8)
}

/// An argument that does not fit and is no misspelt option.
fn unfit(error: &clap::Error) -> Option<String> {
    use ContextKind::{InvalidArg, InvalidSubcommand, InvalidValue};

    let kinds = match error.kind() {
        ErrorKind::UnknownArgument => &[InvalidArg][..],
        _ => &[InvalidValue, InvalidSubcommand],
    };
    let argument = kinds.iter().find_map(|kind| error.get(*kind))?;
    Some(argument.to_string()).filter(|argument| !argument.starts_with('-'))
}

/// Ends the program when a decoder gives up in a way that it should not. Its message is left out: it
/// may hold what was being worked on.
pub fn crash() -> ! {
    say("the file is damaged in a way that was not foreseen. Export it again.");
    std::process::exit(Exit::Damaged.into())
}

impl From<Exit> for i32 {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

fn say(text: impl Display) {
    // Where standard error is closed there is nobody to tell.
    drop(writeln!(io::stderr().lock(), "mfa-import: {text}"));
}
