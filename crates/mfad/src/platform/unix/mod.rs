//! Linux and macOS.

mod bus;
mod ending;
mod endpoint;

use std::fs::File;

use mfa_sys::peer::User;
use rustix::fs::Mode;
use zbus::fdo::ConnectionCredentials;

pub(crate) use bus::session_bus;
pub(crate) use ending::Ending;
pub(crate) use endpoint::{Connected, Endpoint, is_passing};

/// Whether there may be a session bus.
pub(crate) const HAS_SESSION_BUS: bool = true;

/// Prepares the process: what it makes is closed to others, and open to us, whatever it was started with.
pub fn begin() {
    rustix::process::umask(Mode::from_raw_mode(0o077));
}

/// The file to log to: whoever starts us has our standard error go where it should.
pub(crate) fn log_file(_background: bool) -> Option<File> {
    None
}

/// The user whom a bus names.
pub(crate) fn user(credentials: &ConnectionCredentials) -> Option<User> {
    credentials.unix_user_id().map(User::from_uid)
}

/// Tells systemd, if it started us.
pub(crate) fn tell_ready() {
    drop(sd_notify::notify(&[sd_notify::NotifyState::Ready]));
}

/// Tells systemd, if it started us.
pub(crate) fn tell_stopping() {
    drop(sd_notify::notify(&[sd_notify::NotifyState::Stopping]));
}

/// What a process whose program cannot be seen is called.
#[cfg(target_os = "linux")]
pub(crate) fn short_name(pid: u32) -> Option<String> {
    mfa_sys::process::short_name(pid)
}

/// A process whose program cannot be seen has no other name here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn short_name(_pid: u32) -> Option<String> {
    None
}
