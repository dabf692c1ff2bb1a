//! Confines a process that only computes: Landlock removes access to files, seccomp nearly all system calls, and
//! resource limits do the rest.
//!
//! This needs no privileges, and it also binds root. A feature that an older kernel lacks is left out: the
//! process then works with the privileges that its caller has anyway.

mod calls;

use std::io;
use std::time::Duration;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, Scope};
use rustix::process::{Resource, Rlimit, setrlimit};
use thiserror::Error;

use super::harden;

/// The process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The kernel refuses the resource limits.
    #[error("cannot set the limits of this process")]
    Limits(#[source] io::Error),
    /// The kernel refuses to remove access to files.
    #[error("cannot give up access to files")]
    Files(#[from] landlock::RulesetError),
    /// The kernel refuses to remove system calls.
    #[error("cannot give up system calls")]
    Calls(#[from] seccompiler::Error),
}

/// Gives up all privileges that computing does not need, permanently, and limits the process to `memory`, in bytes, and
/// `time` of a processor.
///
/// Open files stay open, but only standard output and standard error can be written to. After that, the process can open no file, start no program and connect to nothing.
/// The resource limits apply to the process, the rest to the calling thread and the threads that it starts,
/// so a program calls this while it has only one thread.
///
/// # Errors
/// Each variant of [`enum@Error`]. The process may be partly confined then.
pub fn process(memory: u64, time: Duration) -> Result<(), Error> {
    harden::process().map_err(Error::Limits)?;
    limit(Resource::As, memory, memory).map_err(Error::Limits)?;
    // At the soft limit the kernel sends SIGXCPU, which tells the caller the reason.
    let seconds = time.as_secs();
    limit(Resource::Cpu, seconds, seconds + 5).map_err(Error::Limits)?;
    give_up_files()?;
    calls::give_up()?;
    Ok(())
}

/// Lowers a limit. A limit that is lower already stays.
fn limit(resource: Resource, current: u64, maximum: u64) -> io::Result<()> {
    let old = rustix::process::getrlimit(resource);
    let lower = |old: Option<u64>, new| Some(old.map_or(new, |old| old.min(new)));
    setrlimit(
        resource,
        Rlimit {
            current: lower(old.current, current),
            maximum: lower(old.maximum, maximum),
        },
    )?;
    Ok(())
}

/// Gives up all access to files, ports, abstract sockets and signals, as far as the kernel supports it.
fn give_up_files() -> Result<(), landlock::RulesetError> {
    let newest = ABI::V6;
    Ruleset::default()
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .restrict_self()?;
    Ok(())
}
