//! Linux and macOS.

/// Does nothing: a new process opens no window by itself.
pub(crate) fn quiet(_: &mut tokio::process::Command) {}
