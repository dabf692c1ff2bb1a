//! Confines a process that only computes. A running process cannot give up access to files or the network with calls that are not deprecated.
//! It can only limit its processor time, turn core files off and refuse debuggers.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use thiserror::Error;

use super::harden;

/// The process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The kernel refuses the limits.
    #[error("cannot set the limits of this process")]
    Limits(#[source] io::Error),
}

/// Gives up the privileges that a process can give up by itself, and limits it to `time` of a processor. This system
/// enforces no limit on memory.
///
/// # Errors
/// [`Error::Limits`]. The process may be partly confined then.
pub fn process(_memory: u64, time: Duration) -> Result<(), Error> {
    harden::process().map_err(Error::Limits)?;
    let seconds = time.as_secs();
    let time = Rlimit {
        current: Some(seconds),
        maximum: Some(seconds + 5),
    };
    setrlimit(Resource::Cpu, time).map_err(|error| Error::Limits(error.into()))
}
