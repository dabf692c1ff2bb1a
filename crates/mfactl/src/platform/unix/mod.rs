//! Linux and macOS.

mod doctor;
mod local;
mod terminal;

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use doctor::{clock, desktop, keychain};
pub(crate) use local::Local;
pub(crate) use terminal::ask_hidden;

/// The remedy for a daemon of another version.
pub(crate) const RESTART: &str = "Restart it: systemctl --user restart mfad";

/// The size up to which the list of locks of the kernel is read.
const MAX_LOCKS: u64 = 1 << 20;

/// Returns whether the daemon is running. A connection does not tell: with systemd, it starts the daemon.
///
/// The daemon holds a lock, which is not tried here: a daemon that starts meanwhile would take us for another one. Where the
/// kernel has no list of locks, there is no systemd.
pub(crate) fn is_daemon_running() -> bool {
    let Ok(lock) = fs::metadata(mfa_ipc::endpoint::folder().join("lock")) else {
        return false;
    };
    let Ok(locks) = File::open("/proc/locks") else {
        return true;
    };
    let mut list = String::new();
    let read = locks.take(MAX_LOCKS).read_to_string(&mut list);
    let file = format!(":{} ", lock.ino());
    let is_ours = |line: &str| line.contains(&file) && is_held_by_daemon(line);
    read.is_ok() && list.lines().any(is_ours)
}

/// Returns whether a daemon holds the lock of a line of the list (proc_locks(5)). Files of other file systems can have the
/// same number.
fn is_held_by_daemon(line: &str) -> bool {
    let holder = line.split_whitespace().nth(4).unwrap_or_default();
    let name = fs::read_to_string(format!("/proc/{holder}/comm"));
    name.is_ok_and(|name| name.trim_end() == "mfad")
}

/// Returns the file, pipe or device that standard output goes to.
pub(crate) fn output() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// Returns the remedy for a file that is not private.
pub(crate) fn make_private(path: &Path) -> String {
    format!("To make it private: chmod 600 {}", path.display())
}

/// Returns whether there is a desktop, with a clipboard and a place for prompts.
pub(crate) fn has_screen() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Prepares a program that outlives mfactl. It detaches from mfactl by itself.
pub(crate) fn outliving(command: &mut Command) -> &mut Command {
    command
}

/// Does nothing: a signal ends this process anyway.
pub(crate) fn end_on_interrupt() {}

/// Returns whether the terminal obeys escape sequences, as all of them do.
pub(crate) fn obeys_escapes() -> bool {
    true
}

/// Returns the path of a program as the kernel gives it for a process: whole, without links.
pub(crate) fn whole(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// Becomes another program. Returns only if that fails.
pub(crate) fn become_program(command: &mut Command) -> io::Error {
    command.exec()
}
