//! Protects the daemon's memory: no debugger, no core file.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Refuses debuggers and turns core files off.
///
/// # Errors
/// An error of the kernel. The process is then not protected and should not hold secrets.
pub fn process() -> io::Result<()> {
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    deny_debuggers()
}

#[expect(unsafe_code, reason = "ptrace takes a raw pointer")]
fn deny_debuggers() -> io::Result<()> {
    // SAFETY: PT_DENY_ATTACH reads none of the other arguments.
    match unsafe { libc::ptrace(libc::PT_DENY_ATTACH, 0, std::ptr::null_mut(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
