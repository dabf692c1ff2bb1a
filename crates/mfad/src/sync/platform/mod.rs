//! What the lock of a file means on each system. Each system's module has the same names.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

pub(super) use imp::LOCKS_OUT_READERS;
