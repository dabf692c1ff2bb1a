//! What went wrong, for a person: what happened, then what to do. And for scripts: an exit code.

use std::fmt;
use std::io;

use mfa_intake::Why;
use mfa_ipc::launcher;

use crate::output::clean;
use crate::platform::RESTART;

/// The exit codes. They are part of the interface and stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Anything else.
    Other = 1,
    /// The command line is wrong.
    Usage = 2,
    /// No account matches.
    NoMatch = 3,
    /// Several accounts match.
    Ambiguous = 4,
    /// Locked, or refused.
    Locked = 5,
    /// The daemon cannot be reached.
    Unreachable = 6,
    /// The keychain cannot be used.
    Keychain = 7,
    /// It took too long.
    TimedOut = 8,
}

/// An error, with hints that follow on lines of their own.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    message: String,
    hints: Vec<String>,
    closed_pipe: bool,
    not_supported: bool,
    exists: bool,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            closed_pipe: false,
            not_supported: false,
            exists: false,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds a line that says what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says what it is about, first.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Whether the daemon answered that it cannot do that here.
    pub(crate) fn is_not_supported(&self) -> bool {
        self.not_supported
    }

    /// Whether the daemon answered that there is such an account.
    pub(crate) fn is_taken(&self) -> bool {
        self.exists
    }

    /// What happened, without what to do.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hints
            .iter()
            .try_for_each(|hint| write!(f, "\n  {hint}"))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        let closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self {
            closed_pipe,
            ..Self::new(Kind::Other, error.to_string())
        }
    }
}

impl From<launcher::Error> for Error {
    fn from(error: launcher::Error) -> Self {
        Self::new(Kind::Unreachable, error.to_string()).hint(error.hint())
    }
}

impl From<mfa_intake::Error> for Error {
    fn from(error: mfa_intake::Error) -> Self {
        let text = error.to_string();
        match error.why() {
            Some(Why::NoSuchFormat) => {
                Self::usage("there is no format of this name").hint("All: mfa-import formats")
            }
            Some(Why::PasswordNeeded) => Self::usage("it is encrypted, and there is no password")
                .hint("Give it in a file: --password-file FILE, or - for standard input"),
            Some(Why::WrongPassword) => Self::new(Kind::Locked, text),
            _ => Self::new(Kind::Other, text),
        }
    }
}

impl From<mfa_ipc::Error> for Error {
    fn from(error: mfa_ipc::Error) -> Self {
        use mfa_ipc::Error as Answer;

        // It may name accounts, which other programs can have named.
        let text: Vec<_> = error.text().lines().map(clean).collect();
        let text = text.join("\n");
        match error {
            Answer::Bus(source) => lost(&source),
            Answer::NotFound(_) => Self::new(Kind::NoMatch, text),
            Answer::Ambiguous(_) => Self::new(Kind::Ambiguous, format!("several match: {text}")),
            Answer::Locked(_) => Self::new(Kind::Locked, text).hint("Unlock: mfactl unlock"),
            Answer::AccessDenied(_) => Self::new(Kind::Locked, text),
            Answer::KeychainUnavailable(_) => Self::new(Kind::Keychain, text),
            Answer::KeychainTimedOut(_) => Self::new(Kind::Keychain, text)
                .hint("Is a prompt of the keychain open somewhere? Else log out and in again."),
            Answer::TimedOut(_) => Self::new(Kind::TimedOut, text),
            Answer::NotSupported(_) => Self {
                not_supported: true,
                ..Self::new(Kind::Other, text)
            },
            Answer::AlreadyExists(_) => Self {
                exists: true,
                ..Self::new(Kind::Other, text)
            },
            Answer::InvalidAccount(_) | Answer::LimitsExceeded(_) | Answer::Failed(_) => {
                Self::new(Kind::Other, text)
            }
        }
    }
}

/// D-Bus itself failed: the daemon is gone, does not answer, or is of another version.
fn lost(error: &zbus::Error) -> Error {
    match error {
        zbus::Error::MethodError(name, ..) if name.contains("UnknownMethod") => Error::new(
            Kind::Other,
            "the daemon that is running is older than this mfactl",
        )
        .hint(RESTART),
        _ => Error::new(Kind::Unreachable, "the daemon went away").hint("Try again."),
    }
}
