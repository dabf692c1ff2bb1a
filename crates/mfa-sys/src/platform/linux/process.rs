//! What `/proc` says about another process.
//!
//! All of it can change between two looks, and a process can make itself unreadable. Nothing here
//! is proof of anything but of what was there at that moment.

use std::fs;
use std::path::PathBuf;

/// When a process was started, in clock ticks since boot.
#[must_use]
pub fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything, also spaces and
    // parentheses; the start time is field 22 (proc_pid_stat(5)).
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(19)?
        .parse()
        .ok()
}

/// The program that a process runs, or `None` if the kernel does not tell.
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// The short name of a process, at most 15 characters.
#[must_use]
pub fn short_name(pid: u32) -> Option<String> {
    Some(
        fs::read_to_string(format!("/proc/{pid}/comm"))
            .ok()?
            .trim()
            .to_owned(),
    )
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
    fn nobody_has_the_highest_pid() {
        assert_eq!(start_time(u32::MAX), None);
        assert_eq!(executable(u32::MAX), None);
    }
}
