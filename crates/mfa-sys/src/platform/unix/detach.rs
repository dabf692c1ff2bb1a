//! Detaches this process from the one that started it: from its terminal, its folder and its open files.
//!
//! Otherwise a daemon that a command line starts would hold the locks and pipes of the calling script, and
//! keep its folder from being unmounted.

use std::io;
use std::os::fd::RawFd;

/// The folder in which the system lists the open files of a process.
const OPEN: &str = if cfg!(target_os = "linux") {
    "/proc/self/fd"
} else {
    "/dev/fd"
};

/// Makes this process the leader of its own session, in the root folder, with no open files except the
/// standard three.
///
/// Call this first: it also closes files that the process has opened itself.
///
/// # Errors
/// An error of the kernel.
pub fn process() -> io::Result<()> {
    rustix::process::setsid()?;
    std::env::set_current_dir("/")?;
    let open: Vec<RawFd> = std::fs::read_dir(OPEN)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    // The descriptor that listed them is closed by now.
    for number in open {
        if std::fs::symlink_metadata(format!("{OPEN}/{number}")).is_ok() {
            close(number);
        }
    }
    Ok(())
}

/// Closes the standard output, which the caller waits for, and redirects it to `/dev/null`.
///
/// # Errors
/// An error of the kernel.
pub fn output() -> io::Result<()> {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    Ok(rustix::stdio::dup2_stdout(nowhere)?)
}

#[expect(unsafe_code, reason = "the descriptors have no owner in this program")]
fn close(number: RawFd) {
    // SAFETY: these descriptors were inherited, so nothing in this program owns them. The caller has checked
    // that this one is open.
    unsafe { rustix::io::close(number) }
}
