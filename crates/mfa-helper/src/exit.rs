//! How mfa-screen and mfa-clipboard end. The others tell more reasons apart:
//! [`import::Exit`](crate::import::Exit), [`export::Exit`](crate::export::Exit), [`typing::Exit`](crate::typing::Exit).

use std::process::ExitCode;

/// How a helper ended. Each is an exit code, which stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It has done its work.
    Done = 0,
    /// It has not; the text on standard error, or on standard output for a code to be copied, says why.
    Failed = 1,
    /// The command line is wrong: the other end is of another version.
    Usage = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
