//! Windows: a job bounds memory and time, lets no other program be started and no window be reached;
//! low integrity keeps the process from writing to anything of the user's. Files can still be read
//! and the network be used.

use std::io;
use std::time::Duration;

use thiserror::Error;

/// How much memory the process may take.
const MAX_MEMORY: usize = 1536 * 1024 * 1024;

/// Why the process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The system refuses it.
    #[error("the limits for decoding cannot be set")]
    Limits(#[source] io::Error),
}

/// Gives up all rights that decoding does not need, as far as a process can do so itself, and all but
/// some seconds of a processor.
///
/// # Errors
/// [`Error::Limits`]. The process may be confined in part then.
pub fn confine(seconds: u64) -> Result<(), Error> {
    mfa_sys::harden::process()
        .and_then(|()| mfa_sys::confine::process(MAX_MEMORY, Duration::from_secs(seconds)))
        .map_err(Error::Limits)
}
