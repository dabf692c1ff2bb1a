//! Protects the daemon's memory: no debugger, no memory dump, no core file.
//!
//! ssh-agent and gpg-agent do the same. It stops other processes of the same user from reading the secrets
//! with a debugger or `/proc/PID/mem`, but it does not stop root. The tray must not do this: desktop portals
//! refuse processes that they cannot inspect.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Makes this process unreadable for other processes of the same user, and turns core files off.
///
/// # Errors
/// An error of the kernel. The process is then not protected and should not hold secrets.
pub fn process() -> io::Result<()> {
    // This excludes all memory from a core file. Afterwards the file is inaccessible to this process, and
    // older kernels may not have it. The two calls below are essential.
    drop(std::fs::write("/proc/self/coredump_filter", "0"));
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
