//! Errors, for people: what happened, and what to do. The programs that call us look only at the exit code.

use std::io;
use std::path::PathBuf;

use mfa_core::naming;
use mfa_ipc::launcher;
use thiserror::Error;

/// The longest text of the daemon that is shown, in characters.
const MAX_TEXT: usize = 2000;

/// Why there is no answer. Never contains a prompt, a code or a password.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The configuration cannot be used.
    #[error(transparent)]
    Configuration(#[from] mfa_host::config::Error),
    /// No rule names the prompt, and there is no other program to hand it to.
    #[error(
        "no rule answers this prompt, and there is no askpass-next to hand it to; see man mfactl.toml"
    )]
    NoRule,
    /// A password is needed, and there is no other program to ask for it.
    #[error("password-first needs a program that asks for the password: set askpass-next")]
    NoNext,
    /// The other program has called us.
    #[error("askpass-next leads back to mfactl: name the program that asks you")]
    Circle,
    /// The other program cannot be started.
    #[error("askpass-next cannot be run: {program}: {source}", program = program.display())]
    NotRun {
        /// The program.
        program: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The other program has not asked for the password, or nobody has typed it.
    #[error("there is no password: {program} gave none", program = program.display())]
    NoPassword {
        /// The program.
        program: PathBuf,
    },
    /// The daemon cannot be reached.
    #[error("{0}\n  {hint}", hint = .0.hint())]
    Unreachable(#[from] launcher::Error),
    /// The daemon has refused.
    #[error("{}", said(.0))]
    Daemon(#[from] mfa_ipc::Error),
    /// Anything else.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Returns the answer of the daemon as a text. It may contain names of accounts, which other programs can choose.
fn said(error: &mfa_ipc::Error) -> String {
    let text = naming::tidy(error.text(), MAX_TEXT);
    match error {
        mfa_ipc::Error::Locked(_) => format!("{text}\n  To unlock: mfactl unlock"),
        mfa_ipc::Error::NotFound(_) => {
            format!("{text}\n  To list all accounts: mfactl list")
        }
        mfa_ipc::Error::ConsentRequired(_) => {
            format!(
                "{text}\n  To allow it in advance, run in a terminal: mfactl access allow PROGRAM"
            )
        }
        _ => text,
    }
}
