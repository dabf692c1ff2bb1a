//! Keeps the daemon's memory to itself: not traceable, not dumpable, no core file.
//!
//! ssh-agent and gpg-agent do the same. It stops other processes of the same user from reading the
//! secrets with a debugger or `/proc/PID/mem`; it does not stop root. The tray must not do this:
//! desktop portals refuse processes that they cannot look at.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Makes this process unreadable for others of the same user and turns core files off.
///
/// # Errors
/// What the kernel says. The process is then not protected and should not hold secrets.
pub fn process() -> io::Result<()> {
    // Which parts of memory a core file would hold: none. The file is gone for us afterwards, and
    // older kernels may not have it; the two calls below are what counts.
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
