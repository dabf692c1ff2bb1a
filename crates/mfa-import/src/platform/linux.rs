//! Linux: Landlock takes the files, seccomp takes nearly all system calls, limits do the rest.
//!
//! None of it needs privileges, and root is held by it like anybody else. What an older kernel
//! lacks is left out: the file is then read with the rights that the caller has anyway.

mod calls;

use std::io;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, Scope};
use rustix::process::{Resource, Rlimit, setrlimit};
use thiserror::Error;

/// How much memory the process may take: the 1 GiB of the largest key, and room for the file.
const MAX_MEMORY: u64 = 1536 * 1024 * 1024;

/// Why the process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The kernel refuses the limits.
    #[error("the limits for decoding cannot be set")]
    Limits(#[source] io::Error),
    /// The kernel refuses to take the rights to files.
    #[error("access to files cannot be given up")]
    Files(#[from] landlock::RulesetError),
    /// The kernel refuses to take system calls.
    #[error("system calls cannot be given up")]
    Calls(#[from] seccompiler::Error),
}

/// Gives up all rights that decoding does not need, for good, and all but some seconds of a processor:
/// there are small pictures that would take the decoder for QR codes hours.
///
/// What is open stays open; nothing else can be opened, no program started, nobody talked to.
/// Limits hold for the process, the rest for the calling thread and those that it starts: a program
/// calls this while it has only one.
///
/// # Errors
/// Each variant of [`enum@Error`]. The process may be confined in part then.
pub fn confine(seconds: u64) -> Result<(), Error> {
    mfa_sys::harden::process().map_err(Error::Limits)?;
    limit(Resource::As, MAX_MEMORY, MAX_MEMORY).map_err(Error::Limits)?;
    // At the first it is ended by SIGXCPU, which tells the caller why.
    limit(Resource::Cpu, seconds, seconds + 5).map_err(Error::Limits)?;
    give_up_files()?;
    calls::give_up()?;
    Ok(())
}

/// Lowers a limit; one that is lower already stays.
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

/// Takes all rights to files, ports, abstract sockets and signals, as far as the kernel knows them.
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
