//! macOS: a running process cannot give up files or the network by calls that are not deprecated. What
//! is left is a limit to its time, no memory being left in a core file, and no debugger.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};
use thiserror::Error;

/// Why the process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The kernel refuses the limits.
    #[error("the limits for decoding cannot be set")]
    Limits(#[source] io::Error),
}

/// Gives up what a process can give up by itself, and all but some seconds of a processor.
///
/// # Errors
/// [`Error::Limits`]. The process may be confined in part then.
pub fn confine(seconds: u64) -> Result<(), Error> {
    mfa_sys::harden::process().map_err(Error::Limits)?;
    let time = Rlimit {
        current: Some(seconds),
        maximum: Some(seconds + 5),
    };
    setrlimit(Resource::Cpu, time).map_err(|error| Error::Limits(error.into()))
}
