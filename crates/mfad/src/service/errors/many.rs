//! Errors of changes of many accounts at once.

use mfa_ipc::Error;

/// Why a plan cannot be carried out that was made before the accounts changed.
const OUTDATED: &str = "the accounts have changed in the meantime; nothing was written: try again";

pub(in crate::service) fn change_not_noted(error: &std::io::Error) -> Error {
    Error::Failed(format!(
        "nothing was changed: cannot record that accounts are being written: {error}"
    ))
}

/// Returns the error for a plan that was made before the accounts changed.
pub(in crate::service) fn outdated() -> Error {
    Error::Failed(OUTDATED.into())
}

/// Returns whether an error is that for an outdated plan.
pub(in crate::service) fn is_outdated(error: &Error) -> bool {
    matches!(error, Error::Failed(text) if text == OUTDATED)
}

pub(in crate::service) fn same_id_twice() -> Error {
    Error::InvalidAccount("two of the accounts have the same id".into())
}

/// Returns the error for a change of many accounts that is decided, but could not be completed.
pub(in crate::service) fn incomplete(error: &str) -> Error {
    Error::KeychainUnavailable(format!(
        "a change of several accounts is not complete: {error}\n  mfad completes it as soon as the keychain and the disk allow it: try again later"
    ))
}

/// Returns the error for a backup with accounts that cannot be restored: they would be missing without a word.
pub(in crate::service) fn incomplete_backup(count: usize) -> Error {
    let accounts = match count {
        1 => "1 account".to_owned(),
        _ => format!("{count} accounts"),
    };
    Error::NotSupported(format!(
        "{accounts} of the file cannot be restored; nothing was restored\n  To restore the others: --allow-incomplete"
    ))
}

pub(in crate::service) fn empty_backup() -> Error {
    Error::NotSupported(
        "the file has no accounts of mfactl; if it is of another app: mfactl import FILE".into(),
    )
}
