//! Errors that affect a file as a whole. An entry that cannot be used is not an error, see
//! [`Skipped`](crate::Skipped).

use thiserror::Error;

/// An error that affects a file as a whole. It never contains anything from the file.
#[derive(Debug, Error)]
pub enum Error {
    /// No format matches.
    #[error("the format of the file is unknown")]
    NotRecognised,
    /// The file is encrypted, and no password was given.
    #[error("the file is encrypted")]
    PasswordNeeded,
    /// The file is encrypted with a different password.
    #[error("the password is wrong")]
    WrongPassword,
    /// The format is known, but the file is invalid.
    #[error("{source}")]
    Damaged {
        /// The error.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// The advice, a whole sentence.
        advice: &'static str,
    },
}

impl Error {
    /// Wraps the error of a format, with advice, a whole sentence.
    pub fn damaged(
        source: impl std::error::Error + Send + Sync + 'static,
        advice: &'static str,
    ) -> Self {
        let source = Box::new(source);
        Self::Damaged { source, advice }
    }

    /// Returns the advice, a whole sentence.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotRecognised => "To list the supported formats: mfa-import formats",
            Self::PasswordNeeded => "Pass the password that the file was exported with.",
            Self::WrongPassword => "Try again.",
            Self::Damaged { advice, .. } => advice,
        }
    }
}
