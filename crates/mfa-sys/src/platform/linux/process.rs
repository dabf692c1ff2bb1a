//! Information from `/proc` about another process.
//!
//! All of it can change between two reads, and a process can make itself unreadable. It proves only what was
//! true at that moment.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// The largest number of bytes that are read of a file in `/proc`: its other files are shorter than the arguments of a
/// process can be.
const MAX_BYTES: usize = 4096;

/// The flag `PF_EXITING` of the kernel (include/linux/sched.h). A process that is ending has no program any more, and it
/// may take a while until it has ended.
const IS_EXITING: u32 = 4;

/// The status of a process (proc_pid_stat(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether it is ending, or has ended and is still on the list until its parent has noticed.
    pub has_ended: bool,
    /// The process that started this one, or the one that adopted it.
    pub parent: u32,
    /// Whether it has a controlling terminal.
    pub has_terminal: bool,
    /// Whether it leads its session, as the shell that a terminal has started.
    pub leads_session: bool,
    /// The start time, in clock ticks since boot.
    pub start_time: u64,
}

/// Returns the status of a process, or `None` if there is no such process.
#[must_use]
pub fn status(pid: u32) -> Option<Status> {
    let stat = text(pid, "stat")?;
    // The second field is the name of the program in parentheses. It may contain anything, even spaces and
    // parentheses. The fields after it are numbered from 3.
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3);
    Some(Status {
        has_ended: matches!(*field(3)?, "Z" | "X")
            || field(9)?.parse::<u32>().ok()? & IS_EXITING != 0,
        parent: field(4)?.parse().ok()?,
        has_terminal: field(7)? != &"0",
        leads_session: field(6)?.parse() == Ok(pid),
        start_time: field(22)?.parse().ok()?,
    })
}

/// Returns the start time of a process, in clock ticks since boot.
#[must_use]
pub fn start_time(pid: u32) -> Option<u64> {
    status(pid).map(|status| status.start_time)
}

/// Returns the arguments that a process was started with, its own name first, as far as they are in the first 4 KiB. A
/// process can change them. Returns `None` if there are none: the process has hidden them, or is about to run another
/// program.
#[must_use]
pub fn arguments(pid: u32) -> Option<Vec<String>> {
    let bytes = bytes(pid, "cmdline")?;
    if bytes.is_empty() {
        return None;
    }
    let arguments = bytes
        .strip_suffix(&[0])
        .unwrap_or(&bytes)
        .split(|byte| *byte == 0);
    let arguments = arguments.map(|text| String::from_utf8_lossy(text).into_owned());
    Some(arguments.collect())
}

/// Returns the working directory of a process.
#[must_use]
pub fn folder(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// Checks whether only root can change the executable of a process. The folders above it do not matter, since
/// the file is the very one that runs.
#[must_use]
pub fn is_of_system(pid: u32) -> bool {
    let found = fs::metadata(format!("/proc/{pid}/exe"));
    found.is_ok_and(|found| found.uid() == 0 && found.mode() & 0o022 == 0)
}

/// Checks whether a process runs as root, so that no other user can change its name.
#[must_use]
pub fn is_of_root(pid: u32) -> bool {
    fs::metadata(format!("/proc/{pid}")).is_ok_and(|found| found.uid() == 0)
}

/// Checks whether a process belongs to root alone. A program that runs as root for another user (setuid) keeps that user
/// as its real one, and that user chose the name under which it was started.
#[must_use]
pub fn is_of_root_alone(pid: u32) -> bool {
    text(pid, "status").is_some_and(|status| has_only_root(&status))
}

/// Returns whether all users of a process are root: the real, the effective, the saved and that of its files
/// (proc_pid_status(5)).
fn has_only_root(status: &str) -> bool {
    // The name of the program cannot begin a line: the kernel escapes line breaks in it.
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    users.is_some_and(|users| {
        let mut users = users.split_whitespace();
        (0..4).all(|_| users.next() == Some("0")) && users.next().is_none()
    })
}

/// Returns the program that a process runs, or `None` if the kernel does not say.
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// Returns the short name of a process, at most 15 characters.
#[must_use]
pub fn short_name(pid: u32) -> Option<String> {
    Some(text(pid, "comm")?.trim().to_owned())
}

/// Reads a file about a process as text.
fn text(pid: u32, name: &str) -> Option<String> {
    String::from_utf8(bytes(pid, name)?).ok()
}

/// Reads a file about a process. Such a file has no size that could be asked for. With room for all of it, two reads are
/// enough: these files are read for each code.
fn bytes(pid: u32, name: &str) -> Option<Vec<u8>> {
    let file = fs::File::open(format!("/proc/{pid}/{name}")).ok()?;
    let mut bytes = Vec::with_capacity(MAX_BYTES);
    file.take(MAX_BYTES as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_can_see_ourselves() {
        let pid = std::process::id();
        assert_eq!(executable(pid), std::env::current_exe().ok());
        assert!(start_time(pid).is_some_and(|ticks| ticks > 0));
        assert!(short_name(pid).is_some_and(|name| !name.is_empty()));
    }

    #[test]
    fn a_child_is_seen_as_it_was_started() {
        let mut child = std::process::Command::new("/bin/sleep");
        let mut child = child.arg("60").current_dir("/").spawn().unwrap();
        let pid = child.id();
        let own = status(std::process::id()).unwrap();
        // The child has no arguments until it runs its program.
        let arguments = loop {
            if let Some(arguments) = arguments(pid) {
                break arguments;
            }
            std::thread::yield_now();
        };
        let of_child = status(pid).unwrap();
        let (folder, of_system) = (folder(pid), is_of_system(pid));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(of_child.parent, std::process::id());
        assert_eq!(of_child.has_terminal, own.has_terminal);
        assert!(of_child.start_time >= own.start_time);
        assert_eq!(arguments, ["/bin/sleep", "60"]);
        assert_eq!(folder, Some(PathBuf::from("/")));
        assert!(of_system);
        assert!(is_of_root(1) && is_of_root_alone(1));
    }

    #[test]
    fn what_runs_as_root_for_another_user_is_not_of_root_alone() {
        let status =
            |users: &str| format!("Name:\tcron\nUmask:\t0022\nUid:\t{users}\nGid:\t0\t0\t0\t0\n");
        assert!(has_only_root(&status("0\t0\t0\t0")));
        for users in [
            // A setuid program of root; one that has given root up for a while; one that was started with no more.
            "1000\t0\t0\t0",
            "1000\t1000\t0\t1000",
            "1000\t1000\t1000\t1000",
            "0\t1000\t0\t0",
            "0\t0\t1000\t0",
            "0\t0\t0\t1000",
            "0\t0\t0",
            "0\t0\t0\t0\t0",
            "",
        ] {
            assert!(!has_only_root(&status(users)), "{users}");
        }
        assert!(!has_only_root("Name:\tUid:\t0\t0\t0\t0\n"));
        assert!(!has_only_root(""));
    }

    #[test]
    fn nobody_has_the_highest_pid() {
        assert_eq!(status(u32::MAX), None);
        assert_eq!(arguments(u32::MAX), None);
        assert!(!is_of_system(u32::MAX) && !is_of_root(u32::MAX));
        assert!(!is_of_root_alone(u32::MAX));
        assert_eq!(start_time(u32::MAX), None);
        assert_eq!(executable(u32::MAX), None);
    }
}
