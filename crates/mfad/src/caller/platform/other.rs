//! macOS: each process asks for itself. The processes that started it are not looked at.

use std::path::Path;

use mfa_core::access::Who;
use mfa_core::access::rules::Seen;

pub(in crate::caller) use super::constant::Origin;

/// Returns who is behind a process that asks for itself: its program.
pub(in crate::caller) fn own(_pid: u32, path: &Path) -> Who {
    Who::Program {
        path: path.to_owned(),
        script: None,
    }
}

/// Returns who is behind mfactl: here, mfactl itself.
pub(in crate::caller) fn behind(pid: u32, _chain: &mut Vec<String>) -> (Who, Option<Origin>) {
    match mfa_sys::process::executable(pid) {
        Some(path) => (own(pid, &path), Some(Origin)),
        None => (Who::Unknown, None),
    }
}

/// Returns the name of the program that a process runs.
pub(in crate::caller) fn line(pid: u32) -> Vec<String> {
    vec![super::short_name(pid)]
}

/// Returns `true`: the system does not tell who opened a connection.
pub(in crate::caller) fn has_opened_its_connections(_pid: u32) -> bool {
    true
}

/// The system does not tell in a way that is read here.
pub(in crate::caller) fn running(_pid: u32) -> Option<(u64, u64)> {
    None
}

/// Returns `true`: all programs have the same file system.
pub(in crate::caller) fn is_here(_pid: u32, _path: &Path) -> bool {
    true
}

/// Returns `None`: the facts about the file are not read on this system.
pub(in crate::caller) fn seen(_path: &Path) -> Option<Seen> {
    None
}
