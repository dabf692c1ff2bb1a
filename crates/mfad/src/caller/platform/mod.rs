//! Asks each system about the processes that led to a request.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "linux", windows)), path = "other.rs")]
mod imp;

#[cfg(not(target_os = "linux"))]
mod constant;

use mfa_sys::process;

pub(super) use imp::{
    Origin, behind, has_opened_its_connections, is_here, line, own, running, seen,
};

/// The name of a program that cannot be seen.
pub(super) const UNKNOWN: &str = "?";

/// Returns a role whose script is a file that is there. A relative path starts at the current folder, and a script may
/// have changed that. Then its file may still be known, as one that the process has `opened`; else the script is unknown.
#[cfg(not(target_os = "macos"))]
fn with_its_script(
    role: mfa_core::access::Role,
    opened: impl FnOnce() -> Option<std::path::PathBuf>,
) -> mfa_core::access::Role {
    use mfa_core::access::{Role, Who};

    let Role::End(Who::Program {
        path,
        script: Some(script),
    }) = role
    else {
        return role;
    };
    let named = std::path::Path::new(&script);
    // A module such as `-m awscli` has no path.
    if !named.is_absolute() || named.is_file() {
        let script = Some(script);
        return Role::End(Who::Program { path, script });
    }
    let opened = opened().filter(|file| file.file_name() == named.file_name() && file.is_file());
    let script = opened.and_then(|file| file.to_str().map(str::to_owned));
    Role::End(Who::Program { path, script })
}

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
