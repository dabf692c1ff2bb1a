//! Asks each system about the processes that led to a request.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod imp;

use mfa_sys::process;

pub(super) use imp::{behind, has_opened_its_connections, is_here, line, own, running, seen};

/// The name of a program that cannot be seen.
pub(super) const UNKNOWN: &str = "?";

/// Returns the last part of the path of the program that a process runs.
fn short_name(pid: u32) -> String {
    let path = process::executable(pid);
    let name = path.as_deref().and_then(std::path::Path::file_name);
    name.map_or_else(
        || UNKNOWN.to_owned(),
        |name| mfa_core::naming::tidy(&name.to_string_lossy(), MAX_NAME),
    )
}

/// The longest name of a program that is shown, in characters.
const MAX_NAME: usize = 40;
