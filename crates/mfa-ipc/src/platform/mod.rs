//! How the daemon is reached and started on each system. The same names on each side.

#[cfg_attr(unix, path = "unix/mod.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
mod imp;

pub(crate) use imp::{endpoint, launcher, paths, transport};
