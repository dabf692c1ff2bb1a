//! Errors, for people: the extension shows them as they are. What happened, and on lines of their own what to do.

use mfa_core::{naming, site};
use mfa_ipc::launcher;
use thiserror::Error;

/// The longest text of the daemon that is shown, in characters.
const MAX_TEXT: usize = 2000;

/// Why a request gets no answer. Never contains any of it, nor a code.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The message is no JSON.
    #[error("the message is no JSON text")]
    NoJson,
    /// The message has no number.
    #[error("the message has no number (“id”)")]
    NoNumber,
    /// The request is none of those that there are.
    #[error("mfactl does not know this request. Are mfactl and its extension of the same version?")]
    NotKnown,
    /// The site is not the name of a host.
    #[error(
        "mfactl cannot fill codes on this address: it needs a whole name of a host, such as signin.aws.amazon.com"
    )]
    Site(#[from] site::Error),
    /// The account is not named by its id.
    #[error("there is no such account")]
    NoAccount,
    /// The daemon cannot be reached.
    #[error("{0}\n{hint}", hint = .0.hint())]
    Unreachable(#[from] launcher::Error),
    /// The daemon has refused.
    #[error("{}", said(.0))]
    Daemon(#[from] mfa_ipc::Error),
}

/// Returns the answer of the daemon as a text, with what to do. It may contain names of accounts, which other programs can
/// choose.
fn said(error: &mfa_ipc::Error) -> String {
    let text = naming::tidy(error.text(), MAX_TEXT);
    let hint = match error {
        mfa_ipc::Error::Locked(_) => "To unlock: mfactl unlock",
        mfa_ipc::Error::NotFound(_) => "To list all accounts: mfactl list",
        mfa_ipc::Error::ConsentRequired(_) => {
            "To allow it in advance, run in a terminal:\nmfactl edit ACCOUNT --add-domain SITE\n\
             mfactl access allow BROWSER --script https://SITE --account ACCOUNT"
        }
        mfa_ipc::Error::KeychainTimedOut(_) => {
            "Look for an open prompt of the keychain. If there is none, log out and in again."
        }
        mfa_ipc::Error::Bus(_) => "Try again.",
        _ => return text,
    };
    format!("{text}\n{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_to_do() {
        let text = |error: mfa_ipc::Error| Error::from(error).to_string();
        assert_eq!(
            text(mfa_ipc::Error::Locked("the accounts are locked".into())),
            "the accounts are locked\nTo unlock: mfactl unlock"
        );
        assert_eq!(
            text(mfa_ipc::Error::AccessDenied("you \u{202e}refused\n".into())),
            "you refused"
        );
    }
}
