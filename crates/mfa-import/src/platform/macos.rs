//! macOS: a running process cannot give up files or the network by calls that are not deprecated. What
//! is left is a limit to its time, no memory being left in a core file, and no debugger.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};
use thiserror::Error;

/// How many seconds of a processor the process may take.
const MAX_SECONDS: u64 = 30;

/// Why the process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The kernel refuses the limits.
    #[error("the limits for decoding cannot be set")]
    Limits(#[source] io::Error),
}

/// Gives up what a process can give up by itself.
///
/// # Errors
/// [`Error::Limits`]. The process may be confined in part then.
pub fn confine() -> Result<(), Error> {
    mfa_sys::harden::process().map_err(Error::Limits)?;
    let time = Rlimit {
        current: Some(MAX_SECONDS),
        maximum: Some(MAX_SECONDS + 5),
    };
    setrlimit(Resource::Cpu, time).map_err(|error| Error::Limits(error.into()))
}
