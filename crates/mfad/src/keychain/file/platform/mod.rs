//! How each system identifies a file and how a daemon claims one. Each system's module has the same names.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

pub(super) use imp::{CHANGED_BY_OTHERS, Claim, Fingerprint, OF_ANOTHER, OPEN_TO_OTHERS};
