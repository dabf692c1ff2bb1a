//! Errors of the program, including those of a file.

use std::io;

use mfa_sys::confine;
use thiserror::Error;

use crate::error::Error as FileError;

/// The largest file that is read.
pub(crate) const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The longest password, in bytes.
pub(crate) const MAX_PASSWORD: usize = 4096;

/// An error of the program.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The file cannot be opened or read.
    #[error("cannot read the file: {}", .0.kind())]
    Read(#[source] io::Error),
    /// The file has more than [`MAX_BYTES`].
    #[error("the file is larger than 64 MiB")]
    TooLarge,
    /// The password cannot be read.
    #[error("cannot read the password: {}", .0.kind())]
    Password(#[source] io::Error),
    /// The password has more than [`MAX_PASSWORD`].
    #[error("the password is longer than {MAX_PASSWORD} bytes")]
    LongPassword,
    /// The process cannot give up its privileges.
    #[error(transparent)]
    Confine(#[from] confine::Error),
    /// The file cannot be decoded.
    #[error(transparent)]
    File(#[from] FileError),
    /// The answer cannot be printed.
    #[error("cannot print the result: {}", .0.kind())]
    Print(#[source] io::Error),
}

impl Failure {
    /// Returns the advice, a whole sentence.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Read(_) | Self::Password(_) => {
                "Check that the file exists and that you can read it."
            }
            Self::TooLarge => "Exports are much smaller. Check that it is the right file.",
            Self::LongPassword => "Check that it is the right file. Only its first line is used.",
            Self::Confine(_) => {
                "Nothing was decoded. Please report this with the version of your kernel."
            }
            Self::File(error) => error.advice(),
            Self::Print(_) => "Try again.",
        }
    }
}
