//! Why a file as a whole cannot be read. What is wrong with one entry is no error, see
//! [`Skipped`](crate::Skipped).

use thiserror::Error;

/// Why a file cannot be read. Never holds anything of the file.
#[derive(Debug, Error)]
pub enum Error {
    /// No format knows it.
    #[error("this is no file that can be imported")]
    NotRecognised,
    /// It is encrypted, and there is no password.
    #[error("the file is encrypted")]
    PasswordNeeded,
    /// It is encrypted, with another password.
    #[error("the password is not the one that the file was encrypted with")]
    WrongPassword,
    /// Its format is known, and something is wrong with it.
    #[error("{source}")]
    Damaged {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// What to do about it, as a whole sentence.
        advice: &'static str,
    },
}

impl Error {
    /// Wraps the error of a format, with a sentence that says what to do.
    pub fn damaged(
        source: impl std::error::Error + Send + Sync + 'static,
        advice: &'static str,
    ) -> Self {
        let source = Box::new(source);
        Self::Damaged { source, advice }
    }

    /// What to do, as a whole sentence.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotRecognised => "See what can be: mfa-import formats",
            Self::PasswordNeeded => "Give the password that it was exported with.",
            Self::WrongPassword => "Try again.",
            Self::Damaged { advice, .. } => advice,
        }
    }
}
