//! The errors with which the parts around the service refuse a request.
//!
//! The service has its own in `service/errors.rs`. No text here contains anything that the request sent.

use std::fmt::Display;

use mfa_ipc::Error;

use crate::{database, sync};

/// The process that asked does not run the same program any more.
pub(crate) fn changed_program() -> Error {
    let text =
        "the process that made the request has exited or now runs a different program: try again";
    Error::AccessDenied(text.into())
}

/// The bus daemon does not tell the process behind a message.
pub(crate) fn unknown_program() -> Error {
    Error::AccessDenied("the session bus does not say which program is asking".into())
}

pub(crate) fn too_many_of_program() -> Error {
    Error::LimitsExceeded("too many requests from this program at once".into())
}

pub(crate) fn wrong_type(option: &'static str) -> Error {
    Error::NotSupported(format!("“{option}” has the wrong type"))
}

pub(crate) fn long_reason() -> Error {
    Error::LimitsExceeded("the reason is too long".into())
}

pub(crate) fn no_site(why: &impl Display) -> Error {
    Error::NotSupported(why.to_string())
}

/// Another program names a site.
pub(crate) fn not_the_browser_host() -> Error {
    let text =
        "only the mfa-browser that is installed beside mfad can say on which site a browser asks";
    Error::AccessDenied(text.into())
}

/// No browser has started mfa-browser, or nobody knows which.
pub(crate) fn no_browser() -> Error {
    let text = "cannot tell which browser asks: only a browser that has started mfa-browser itself gets codes";
    Error::AccessDenied(text.into())
}

pub(crate) fn nobody_waits() -> Error {
    Error::Failed("the caller no longer waits for the answer".into())
}

/// The word for an answer to a question is unknown.
pub(crate) fn unknown_answer() -> Error {
    Error::NotSupported("the answer is unknown".into())
}

pub(crate) fn unfit_passphrase(why: &impl Display) -> Error {
    Error::LimitsExceeded(why.to_string())
}

pub(crate) fn offered_already() -> Error {
    Error::LimitsExceeded("this connection has already offered to copy codes".into())
}

pub(crate) fn not_the_tray() -> Error {
    let text = "only the tray that is installed beside mfad may copy codes for others";
    Error::AccessDenied(text.into())
}

pub(crate) fn too_many_trays() -> Error {
    Error::LimitsExceeded("too many programs offer to copy codes".into())
}

pub(crate) fn no_tray() -> Error {
    Error::NotSupported("no tray is running to copy the code".into())
}

pub(crate) fn silent_tray() -> Error {
    Error::TimedOut("the tray does not answer".into())
}

/// A synchronisation failed.
pub(crate) fn sync(error: &sync::Error) -> Error {
    let text = error.to_string();
    match error {
        sync::Error::File(database::Error::Unusable(_)) => Error::NotSupported(text),
        sync::Error::File(error) => database(error),
        sync::Error::Vault => Error::NotSupported(text),
        sync::Error::TooMany => Error::LimitsExceeded(text),
        sync::Error::Busy
        | sync::Error::Changed
        | sync::Error::NotWritten(_)
        | sync::Error::NotNoted(_) => Error::Failed(text),
    }
}

/// A database that the request names cannot be read.
pub(crate) fn database(error: &database::Error) -> Error {
    use database::Error as Database;
    let text = error.to_string();
    match error {
        Database::Relative | Database::Irregular => Error::NotSupported(text),
        Database::Missing => Error::NotFound(text),
        Database::WrongPassphrase => Error::AccessDenied(text),
        Database::TooLarge => Error::LimitsExceeded(text),
        Database::Unusable(_) => Error::NotSupported(format!(
            "{text}\n  If it is the export of another app: mfactl import FILE"
        )),
        Database::Unreadable(_) | Database::Ended => Error::Failed(text),
    }
}
