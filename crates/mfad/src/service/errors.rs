//! What went wrong, as an answer: a code for programs and a text for people.
//!
//! No text here holds anything that was sent in.

use std::path::Path;

use mfa_core::port::StoreError;
use mfa_core::{Account, account, item, ledger, uri, vault};
use mfa_ipc::Error;
use mfa_ipc::types::{MAX_IMPORTED, MAX_PEEKED};

pub(super) fn store(error: &StoreError) -> Error {
    let text = error.to_string();
    match error {
        StoreError::Locked => Error::Locked(text),
        StoreError::WrongPassphrase => Error::AccessDenied(text),
        StoreError::Unavailable(_) => Error::KeychainUnavailable(text),
        StoreError::TimedOut => Error::KeychainTimedOut(text),
        StoreError::TooLarge => Error::LimitsExceeded(text),
        StoreError::Changed => Error::Failed(format!("{text}; nothing was written: try again")),
    }
}

/// The prompt did not open the keychain.
pub(super) fn unanswered(error: &StoreError) -> Error {
    match error {
        StoreError::Locked => {
            Error::Locked("the prompt was closed: the keychain stays locked".into())
        }
        StoreError::TimedOut => Error::TimedOut("nobody answered the keychain's prompt".into()),
        StoreError::WrongPassphrase
        | StoreError::Unavailable(_)
        | StoreError::TooLarge
        | StoreError::Changed => store(error),
    }
}

pub(super) fn locked_by_user() -> Error {
    Error::Locked("the accounts were locked and stay so until you unlock them".into())
}

pub(super) fn locked_meanwhile() -> Error {
    Error::Locked("the accounts were locked meanwhile".into())
}

pub(super) fn too_much() -> Error {
    Error::LimitsExceeded("too many requests at once".into())
}

pub(super) fn no_file() -> Error {
    Error::NotSupported("the accounts are in the OS keychain, not in a vault file".into())
}

pub(super) fn file_exists(path: &Path) -> Error {
    let text = format!(
        "there is a vault file already, {0}: to use it, write vault = \"{0}\" into the configuration",
        path.display()
    );
    Error::AlreadyExists(text)
}

pub(super) fn not_noted(error: &std::io::Error) -> Error {
    Error::Failed(format!(
        "locked, but a restart will not know of it: {error}"
    ))
}

pub(super) fn import_not_noted(error: &std::io::Error) -> Error {
    Error::Failed(format!(
        "nothing was stored: it cannot be noted that an import is under way: {error}"
    ))
}

pub(super) fn counter_at_end() -> Error {
    Error::LimitsExceeded("the counter of this account is at its end".into())
}

pub(super) fn one_at_a_time() -> Error {
    Error::LimitsExceeded("another passphrase is being tried: wait for it".into())
}

pub(super) fn keychain_answers() -> Error {
    Error::NotSupported("the OS keychain answers, so no vault file is needed".into())
}

pub(super) fn bus_codes() -> Error {
    Error::AccessDenied(
        "codes are not given out on the session bus, where every program can listen: use the \
         private address, or CopyCode"
            .into(),
    )
}

pub(super) fn too_many_peeked() -> Error {
    Error::LimitsExceeded(format!(
        "one request may look at the codes of {MAX_PEEKED} accounts: name none for all"
    ))
}

pub(super) fn read_again() -> Error {
    Error::Failed("another program has changed the accounts: try again".into())
}

pub(super) fn too_many_imported() -> Error {
    Error::LimitsExceeded(format!(
        "one import may have up to {MAX_IMPORTED} accounts: import them in parts"
    ))
}

pub(super) fn clock_set_back() -> Error {
    Error::TimedOut("the clock was set back while a code was waited for: ask again".into())
}

pub(super) fn no_such_id() -> Error {
    Error::NotFound("there is no account of this id".into())
}

pub(super) fn account(error: account::Error) -> Error {
    Error::InvalidAccount(error.to_string())
}

pub(super) fn link(error: uri::Error) -> Error {
    Error::InvalidAccount(error.to_string())
}

pub(super) fn item(error: item::Error) -> Error {
    Error::InvalidAccount(error.to_string())
}

pub(super) fn vault(error: vault::Error) -> Error {
    match error {
        vault::Error::NoSuchAccount => Error::NotFound(error.to_string()),
    }
}

/// An account cannot stand beside another one.
pub(super) fn clash(clash: vault::Clash<'_>) -> Error {
    Error::AlreadyExists(match clash {
        vault::Clash::Name(other) => {
            format!("“{}” is taken by {}", other.name, described(other))
        }
        vault::Clash::Serial(other) => {
            format!("this serial is that of “{}”", other.name)
        }
    })
}

pub(super) fn known_secret(other: &Account) -> Error {
    Error::AlreadyExists(format!("this secret is here already, as “{}”", other.name))
}

/// What is known of an account besides its name.
fn described(account: &Account) -> String {
    match (account.issuer.as_str(), account.username.as_str()) {
        (issuer, "") if issuer.eq_ignore_ascii_case(&account.name) => "another account".to_owned(),
        ("", one) | (one, "") => one.to_owned(),
        (issuer, username) => format!("{issuer} ({username})"),
    }
}

pub(super) fn plan(error: ledger::Error) -> Error {
    match error {
        ledger::Error::Count | ledger::Error::Unattainable(_) | ledger::Error::UsedUp(_) => {
            Error::LimitsExceeded(error.to_string())
        }
        ledger::Error::FreshPeek => Error::NotSupported(error.to_string()),
        ledger::Error::TooLate { .. } => Error::TimedOut(error.to_string()),
    }
}
