//! Converts errors into answers: a code for programs and a text for people.
//!
//! No text here contains anything that the request sent.

mod consent;
mod many;

use std::path::Path;
use std::time::Duration;

use mfa_core::lock::Reason;
use mfa_core::port::StoreError;
use mfa_core::{Account, AccountId, change, item, ledger, unlocked};
use mfa_ipc::Error;
use mfa_ipc::types::{MAX_IMPORTED, MAX_PEEKED};

pub(super) use consent::*;
pub(super) use many::*;

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

/// Returns the error for a prompt that did not open the keychain.
pub(super) fn unanswered(error: &StoreError) -> Error {
    match error {
        StoreError::Locked => {
            Error::Locked("the prompt was closed, so the keychain stays locked".into())
        }
        StoreError::TimedOut => {
            Error::TimedOut("nobody answered the prompt of the keychain".into())
        }
        StoreError::WrongPassphrase
        | StoreError::Unavailable(_)
        | StoreError::TooLarge
        | StoreError::Changed => store(error),
    }
}

/// Returns the error for accounts that are locked for a reason.
pub(super) fn locked(reason: Reason) -> Error {
    let text = match reason {
        Reason::Request | Reason::Idle => {
            "the accounts are locked and stay locked until you unlock them"
        }
        Reason::Keychain => return store(&StoreError::Locked),
        Reason::Screen => "the accounts are locked because the screen is locked",
        Reason::Suspend => "the accounts are locked because the system is about to sleep",
        Reason::SessionEnd => "the accounts were locked because the session has ended",
    };
    Error::Locked(text.into())
}

pub(super) fn locked_meanwhile() -> Error {
    Error::Locked("the accounts were locked in the meantime".into())
}

pub(super) fn too_much() -> Error {
    Error::LimitsExceeded("too many requests at once: try again later".into())
}

pub(super) fn no_file() -> Error {
    Error::NotSupported("the accounts are in the OS keychain, not in a vault file".into())
}

pub(super) fn file_exists(path: &Path) -> Error {
    let text = format!(
        "the vault file {0} already exists: to use it, set vault = \"{0}\" in the configuration",
        path.display()
    );
    Error::AlreadyExists(text)
}

pub(super) fn not_noted(error: &std::io::Error) -> Error {
    Error::Failed(format!(
        "locked, but the lock will not survive a restart: {error}"
    ))
}

pub(super) fn import_not_noted(error: &std::io::Error) -> Error {
    Error::Failed(format!(
        "nothing was changed: cannot record that accounts are being written: {error}"
    ))
}

pub(super) fn code_not_noted(error: &std::io::Error) -> Error {
    Error::Failed(format!("cannot record that this code is used: {error}"))
}

pub(super) fn configuration_not_written(error: &std::io::Error) -> Error {
    Error::Failed(format!("cannot write the configuration: {error}"))
}

/// Returns the error for an import of which items are missing when they are read back.
pub(super) fn items_missing(count: usize) -> StoreError {
    StoreError::Unavailable(format!(
        "accounts that were just stored are missing ({count}): check with mfactl list, then import again"
    ))
}

pub(super) fn no_peek_at_counter() -> Error {
    let text = "cannot look at the code of a counter-based account: each request uses one up";
    Error::NotSupported(text.into())
}

pub(super) fn no_next_of_counter() -> Error {
    let text = "cannot show the next code of a counter-based account: each request gives a new one";
    Error::NotSupported(text.into())
}

pub(super) fn counter_at_end() -> Error {
    Error::LimitsExceeded("the counter of this account has reached its maximum".into())
}

pub(super) fn not_proved() -> Error {
    let text = "the accounts stay locked: the prompt for your password was not answered";
    Error::AccessDenied(text.into())
}

/// Returns the error for an asker whose prompt was refused a moment ago.
pub(super) fn no_prompt_yet(left: Duration) -> Error {
    let seconds = left.as_secs().max(1);
    Error::AccessDenied(format!(
        "the accounts stay locked: a prompt for your password was not answered a moment ago: try again in \
         {seconds} s"
    ))
}

pub(super) fn no_agent(pid: u32) -> Error {
    Error::AccessDenied(format!(
        "the accounts stay locked: no agent of polkit can ask for your password here. In a terminal, run: pkttyagent \
         --process {pid} &"
    ))
}

pub(super) fn proof_underway() -> Error {
    let text = "a prompt to unlock the accounts is already open: answer that one first";
    Error::LimitsExceeded(text.into())
}

pub(super) fn one_at_a_time() -> Error {
    Error::LimitsExceeded("another passphrase is being tried: wait, then try again".into())
}

pub(super) fn keychain_answers() -> Error {
    Error::NotSupported("the OS keychain is available, so no vault file is needed".into())
}

pub(super) fn bus_codes() -> Error {
    Error::AccessDenied(
        "codes are not handed out on the session bus, where every program can listen: use the private \
         socket, or CopyCode"
            .into(),
    )
}

pub(super) fn too_many_peeked() -> Error {
    Error::LimitsExceeded(format!(
        "one request can name at most {MAX_PEEKED} accounts to look at; to look at all accounts, name none"
    ))
}

pub(super) fn read_again() -> Error {
    Error::Failed("another program has changed the accounts: try again".into())
}

pub(super) fn too_many_imported() -> Error {
    Error::LimitsExceeded(format!(
        "one import can have at most {MAX_IMPORTED} accounts: import them in parts"
    ))
}

pub(super) fn clock_set_back() -> Error {
    Error::TimedOut("the clock was set back while the request waited for a code: try again".into())
}

pub(super) fn before_1970() -> Error {
    Error::Failed("the clock of this machine is set before 1970".into())
}

pub(super) fn long_query() -> Error {
    Error::LimitsExceeded("the query is too long".into())
}

pub(super) fn no_match() -> Error {
    Error::NotFound("no account matches".into())
}

/// Returns the error for a query that several accounts match: these, by their labels, and `more`.
pub(super) fn ambiguous(candidates: Vec<(String, AccountId)>, more: usize) -> Error {
    let labels: Vec<_> = candidates.iter().map(|(label, _)| label.as_str()).collect();
    let mut text = format!("several accounts match: {}", labels.join(", "));
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    let candidates = candidates.into_iter();
    let candidates = candidates.map(|(label, id)| (id.to_string(), label));
    Error::Ambiguous(text, candidates.collect())
}

pub(super) fn no_such_id() -> Error {
    Error::NotFound("no account has this id".into())
}

pub(super) fn change(error: change::Error) -> Error {
    Error::InvalidAccount(error.to_string())
}

pub(super) fn shutting_down() -> Error {
    Error::Failed("the daemon is shutting down".into())
}

pub(super) fn internal() -> Error {
    Error::Failed("an internal error occurred in the daemon".into())
}

/// Returns the error for a change that may have been stored or not.
pub(super) fn change_unknown() -> Error {
    let text = "an internal error occurred in the daemon: check whether the change was stored";
    Error::Failed(text.into())
}

pub(super) fn no_random() -> Error {
    Error::Failed("cannot get random numbers from this machine".into())
}

pub(super) fn item(error: item::Error) -> Error {
    Error::InvalidAccount(error.to_string())
}

pub(super) fn unlocked(error: unlocked::Error) -> Error {
    match error {
        unlocked::Error::NoSuchAccount => Error::NotFound(error.to_string()),
        unlocked::Error::UnknownKind => Error::NotSupported(error.to_string()),
    }
}

/// Returns the error for an account that cannot exist beside another one.
pub(super) fn clash(clash: unlocked::Clash<'_>) -> Error {
    Error::AlreadyExists(match clash {
        unlocked::Clash::Name(other) => {
            format!(
                "the name “{}” is taken by {}",
                other.name,
                other.described()
            )
        }
        unlocked::Clash::Serial(other) => {
            format!("the serial is taken by “{}”", other.name)
        }
    })
}

pub(super) fn known_secret(other: &Account) -> Error {
    Error::AlreadyExists(format!("this secret is already stored as “{}”", other.name))
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
