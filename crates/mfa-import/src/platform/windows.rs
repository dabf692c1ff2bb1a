//! Windows: a job limits memory and time, and keeps the process from starting programs and reaching windows.
//! Low integrity keeps it from writing to the user's files. It can still read files and use the network.

use std::io;
use std::time::Duration;

use thiserror::Error;

/// The limit on memory, in bytes.
const MAX_MEMORY: usize = 1536 * 1024 * 1024;

/// The process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The system refuses the limits.
    #[error("cannot set the limits for decoding")]
    Limits(#[source] io::Error),
}

/// Gives up all privileges that decoding does not need, as far as a process can do so by itself, and limits
/// the processor time to `seconds`.
///
/// # Errors
/// [`Error::Limits`]. The process may be partly confined then.
pub fn confine(seconds: u64) -> Result<(), Error> {
    mfa_sys::harden::process()
        .and_then(|()| mfa_sys::confine::process(MAX_MEMORY, Duration::from_secs(seconds)))
        .map_err(Error::Limits)
}
