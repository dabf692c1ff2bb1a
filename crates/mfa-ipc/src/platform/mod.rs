//! Reaches and starts the daemon on each system. The modules of all systems have the same names.

#[cfg_attr(unix, path = "unix/mod.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
mod imp;

pub(crate) use imp::{endpoint, launcher, paths, transport};
