//! Why the program ends early. People have started mfactl, so it speaks in its name and with its exit codes.

use std::io::{self, Write};
use std::process::ExitCode;

use mfa_ipc::launcher;
use thiserror::Error;

use crate::text::clean;

/// An error.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The daemon cannot be reached.
    #[error("{0}\n  {hint}", hint = .0.hint())]
    Unreachable(#[from] launcher::Error),
    /// The daemon has no accounts for us.
    #[error("{}", clean(.0.text()))]
    Daemon(#[from] mfa_ipc::Error),
    /// There is neither a terminal nor a desktop.
    #[error("cannot ask which account: there is no terminal, and no desktop is running here")]
    NoPlace,
    /// No menu is installed.
    #[error(
        "cannot ask which account: no menu is installed\n  Install rofi, fuzzel, wofi, bemenu or dmenu, or name another \
         one: --with PROGRAM"
    )]
    NoMenu,
    /// A menu cannot be run.
    #[error("cannot run {0}: {1}")]
    Menu(String, #[source] io::Error),
    /// The menu returned something else.
    #[error("no account matches “{0}”")]
    NoMatch(String),
    /// The person has given up.
    #[error("interrupted")]
    Interrupted,
    /// A signal has ended the program.
    #[error("ended by signal {0}")]
    Signal(u8),
    /// The kernel refuses something.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Error {
    fn code(&self) -> u8 {
        match self {
            Self::Io(_) | Self::NoPlace | Self::NoMenu | Self::Menu(..) => 1,
            Self::NoMatch(_) => 3,
            Self::Daemon(mfa_ipc::Error::Locked(_)) => 5,
            Self::Daemon(mfa_ipc::Error::Bus(_)) => 6,
            Self::Daemon(_) => 7,
            Self::Interrupted => 130,
            // As a shell reports it.
            Self::Signal(number) => number.saturating_add(128),
            Self::Unreachable(_) => 6,
        }
    }

    /// Prints the error and returns its exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe) {
            // The reader of our output has seen enough.
            return ExitCode::SUCCESS;
        }
        if matches!(self, Self::Interrupted | Self::Signal(_)) {
            return ExitCode::from(self.code());
        }
        // If the caller has closed the stream, the message is not needed.
        drop(writeln!(io::stderr(), "mfactl: {self}"));
        ExitCode::from(self.code())
    }
}
