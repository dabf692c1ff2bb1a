//! Lets go of whoever started this process: its terminal, its folder, its open files.
//!
//! A daemon that is started by a command line would otherwise hold the locks and pipes of the
//! script around that, and keep its folder from being unmounted.

use std::io;
use std::os::fd::RawFd;

/// Where the system lists the open files of a process.
const OPEN: &str = if cfg!(target_os = "linux") {
    "/proc/self/fd"
} else {
    "/dev/fd"
};

/// Makes this process the leader of its own session, in the root folder, with no files open but the
/// standard three.
///
/// Call it first: files that the process has opened itself are closed too.
///
/// # Errors
/// What the kernel says.
pub fn process() -> io::Result<()> {
    rustix::process::setsid()?;
    std::env::set_current_dir("/")?;
    let open: Vec<RawFd> = std::fs::read_dir(OPEN)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    // The one that listed them is closed by now.
    for number in open {
        if std::fs::symlink_metadata(format!("{OPEN}/{number}")).is_ok() {
            close(number);
        }
    }
    Ok(())
}

/// Closes the standard output, as whoever started us waits for, and leaves nothing to write to.
///
/// # Errors
/// What the kernel says.
pub fn output() -> io::Result<()> {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    Ok(rustix::stdio::dup2_stdout(nowhere)?)
}

#[expect(unsafe_code, reason = "the descriptors have no owner in this program")]
fn close(number: RawFd) {
    // SAFETY: these descriptors were inherited, so nothing in this program owns them, and the caller
    // has looked that this one is open.
    unsafe { rustix::io::close(number) }
}
