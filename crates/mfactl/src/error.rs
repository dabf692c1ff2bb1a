//! Errors: for people, what happened and then what to do; for scripts, an exit code.

use std::fmt;
use std::io;

use mfa_intake::Exit;
use mfa_ipc::launcher;

use crate::platform::RESTART;
use crate::text::clean;

/// The exit codes. They are part of the interface and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any other error.
    Other = 1,
    /// The command line is wrong.
    Usage = 2,
    /// No account matches.
    NoMatch = 3,
    /// Several accounts match.
    Ambiguous = 4,
    /// The accounts are locked, or the request was refused.
    Locked = 5,
    /// The daemon cannot be reached.
    Unreachable = 6,
    /// The keychain cannot be used.
    Keychain = 7,
    /// The operation took too long.
    TimedOut = 8,
}

/// The exit codes, for the help. The manual lists the same ones.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0 ok · 1 other error · 2 usage · 3 no match · 4 ambiguous · 5 locked or refused
  6 daemon unreachable · 7 keychain unavailable · 8 timed out · 130 interrupted";

/// An error, with hints that follow on lines of their own.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    message: String,
    hints: Vec<String>,
    closed_pipe: bool,
    not_supported: bool,
    exists: bool,
    /// The labels of the accounts that a query means, if it means several.
    candidates: Vec<String>,
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
            candidates: Vec::new(),
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

    /// Puts the subject of the error before the message.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Returns whether the daemon answered that it cannot do this here.
    pub(crate) fn is_not_supported(&self) -> bool {
        self.not_supported
    }

    /// Returns whether the daemon answered that there is such an account already.
    pub(crate) fn is_taken(&self) -> bool {
        self.exists
    }

    /// Returns the labels of the accounts that a query means, if it means several.
    pub(crate) fn candidates(&self) -> &[String] {
        &self.candidates
    }

    /// Returns what happened, without the hints.
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
            Some(Exit::Usage) => {
                Self::usage("unknown format").hint("To list all formats: mfa-import formats")
            }
            Some(Exit::PasswordNeeded) => {
                Self::usage("the file is encrypted, and no password was given")
                    .hint("Pass it in a file: --password-file FILE, or - for standard input")
            }
            Some(Exit::WrongPassword) => Self::new(Kind::Locked, text),
            _ => Self::new(Kind::Other, text),
        }
    }
}

impl From<mfa_ipc::Error> for Error {
    fn from(error: mfa_ipc::Error) -> Self {
        use mfa_ipc::Error as Answer;

        // The text may contain names of accounts, which other programs can choose.
        let text: Vec<_> = error.text().lines().map(clean).collect();
        let text = text.join("\n");
        match error {
            Answer::Bus(source) => lost(&source),
            Answer::NotFound(_) => Self::new(Kind::NoMatch, text),
            Answer::Ambiguous(_, accounts) => Self {
                candidates: accounts.iter().map(|(_, label)| clean(label)).collect(),
                ..Self::new(Kind::Ambiguous, text)
            },
            Answer::Locked(_) => Self::new(Kind::Locked, text).hint("To unlock: mfactl unlock"),
            Answer::AccessDenied(_) => Self::new(Kind::Locked, text),
            Answer::ConsentRequired(_) => Self::new(Kind::Locked, text)
                .hint("To allow it in advance, run in a terminal: mfactl access allow PROGRAM"),
            Answer::KeychainUnavailable(_) => Self::new(Kind::Keychain, text),
            Answer::KeychainTimedOut(_) => Self::new(Kind::Keychain, text).hint(
                "Look for an open prompt of the keychain. If there is none, log out and in again.",
            ),
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

/// Returns the error for a failure of D-Bus: the daemon is gone, does not answer, or is of another version.
fn lost(error: &zbus::Error) -> Error {
    match error {
        zbus::Error::MethodError(name, ..) if name.contains("UnknownMethod") => {
            Error::new(Kind::Other, "the running daemon is older than this mfactl").hint(RESTART)
        }
        _ => Error::new(Kind::Unreachable, "the connection to the daemon was lost")
            .hint("Try again."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_of_the_daemon_has_its_exit_code() {
        use mfa_ipc::Error as Answer;

        let text = || "text".to_owned();
        for (answer, kind) in [
            (Answer::NotFound(text()), Kind::NoMatch),
            (Answer::Ambiguous(text(), Vec::new()), Kind::Ambiguous),
            (Answer::Locked(text()), Kind::Locked),
            (Answer::AccessDenied(text()), Kind::Locked),
            (Answer::ConsentRequired(text()), Kind::Locked),
            (Answer::KeychainUnavailable(text()), Kind::Keychain),
            (Answer::KeychainTimedOut(text()), Kind::Keychain),
            (Answer::TimedOut(text()), Kind::TimedOut),
            (Answer::NotSupported(text()), Kind::Other),
            (Answer::AlreadyExists(text()), Kind::Other),
            (Answer::InvalidAccount(text()), Kind::Other),
            (Answer::LimitsExceeded(text()), Kind::Other),
            (Answer::Failed(text()), Kind::Other),
        ] {
            let error = Error::from(answer);
            assert_eq!((error.kind, error.message()), (kind, "text"));
        }
        let gone = zbus::Error::InputOutput(io::Error::other("gone").into());
        let gone = Error::from(Answer::Bus(gone));
        assert_eq!(gone.kind, Kind::Unreachable);
        assert!(gone.to_string().ends_with("Try again."), "{gone}");
    }

    #[test]
    fn what_a_command_has_to_know_of_an_answer_is_kept() {
        let text = || "text".to_owned();
        let taken = Error::from(mfa_ipc::Error::AlreadyExists(text()));
        assert!(taken.is_taken() && !taken.is_not_supported());
        let unsupported = Error::from(mfa_ipc::Error::NotSupported(text()));
        assert!(unsupported.is_not_supported() && !unsupported.is_taken());
        let locked = Error::from(mfa_ipc::Error::Locked(text()));
        assert_eq!(locked.to_string(), "text\n  To unlock: mfactl unlock");
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(Error::from(broken).is_closed_pipe());
        assert!(!Error::from(io::Error::other("full")).is_closed_pipe());
    }

    #[test]
    fn a_text_of_the_daemon_cannot_control_the_terminal() {
        let text = "one\x1b[2J\ntwo".to_owned();
        let error = Error::from(mfa_ipc::Error::Failed(text));
        assert_eq!(error.message(), "one\u{fffd}[2J\ntwo");
    }

    #[test]
    fn the_help_lists_the_exit_codes_that_there_are() {
        for (kind, name) in [
            (Kind::Other, "other error"),
            (Kind::Usage, "usage"),
            (Kind::NoMatch, "no match"),
            (Kind::Ambiguous, "ambiguous"),
            (Kind::Locked, "locked or refused"),
            (Kind::Unreachable, "daemon unreachable"),
            (Kind::Keychain, "keychain unavailable"),
            (Kind::TimedOut, "timed out"),
        ] {
            let listed = format!("{} {name}", kind as u8);
            assert!(EXIT_CODES.contains(&listed), "{listed}");
        }
    }

    #[test]
    fn an_error_says_what_it_is_about_and_then_what_to_do() {
        let error = Error::usage("it is wrong").about("a.png").hint("Do this.");
        assert_eq!(error.to_string(), "a.png: it is wrong\n  Do this.");
        assert_eq!(error.message(), "a.png: it is wrong");
    }
}
