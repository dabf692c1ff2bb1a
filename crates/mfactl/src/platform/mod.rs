//! The parts of the command line that differ between systems. Each system's module has the same names.

#[cfg_attr(unix, path = "unix/mod.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
mod imp;

pub(crate) use imp::{
    Local, RESTART, ask_hidden, become_program, clock, desktop, end_on_interrupt, has_screen,
    is_daemon_running, keychain, make_private, obeys_escapes, outliving, output, whole,
};
