//! macOS: a running process cannot give up access to files or the network with calls that are not deprecated.
//! It can only limit its processor time, turn core files off and refuse debuggers.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};
use thiserror::Error;

/// The process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The kernel refuses the limits.
    #[error("cannot set the limits for decoding")]
    Limits(#[source] io::Error),
}

/// Gives up the privileges that a process can give up by itself, and limits the processor time to `seconds`.
///
/// # Errors
/// [`Error::Limits`]. The process may be partly confined then.
pub fn confine(seconds: u64) -> Result<(), Error> {
    mfa_sys::harden::process().map_err(Error::Limits)?;
    let time = Rlimit {
        current: Some(seconds),
        maximum: Some(seconds + 5),
    };
    setrlimit(Resource::Cpu, time).map_err(|error| Error::Limits(error.into()))
}
