//! Windows: a job bounds memory and time, lets no other program be started and no window be reached;
//! low integrity keeps the process from writing to anything of the user's. Files can still be read
//! and the network be used.

use std::io;
use std::time::Duration;

use thiserror::Error;

/// How much memory the process may take.
const MAX_MEMORY: usize = 2 * 1024 * 1024 * 1024;
/// How much time of a processor.
const MAX_TIME: Duration = Duration::from_secs(30);

/// Why the process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The system refuses it.
    #[error("the limits for decoding cannot be set")]
    Limits(#[source] io::Error),
}

/// Gives up all rights that decoding does not need, as far as a process can do so itself.
///
/// # Errors
/// [`Error::Limits`]. The process may be confined in part then.
pub fn confine() -> Result<(), Error> {
    mfa_sys::harden::process()
        .and_then(|()| mfa_sys::confine::process(MAX_MEMORY, MAX_TIME))
        .map_err(Error::Limits)
}
