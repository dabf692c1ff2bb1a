//! How each system tells that a file in a folder has changed. Each system's module has the same names.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod imp;

pub(super) use imp::Watch;
