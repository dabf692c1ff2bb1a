//! What differs between systems. Each system's module has the same names.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

pub(crate) use imp::{Signals, end_with_parent, reader_gone, stop};

/// A signal to this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(windows, expect(dead_code, reason = "there are none on Windows"))]
pub(crate) enum Signal {
    /// It has to end.
    End(u8),
    /// It was stopped, and continues.
    Continued,
}
