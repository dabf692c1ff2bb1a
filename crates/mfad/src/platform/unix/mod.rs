//! Linux and macOS.

mod bus;
mod ending;
mod endpoint;

use std::fs::File;

use mfa_sys::peer::{Peer, User};
use rustix::fs::Mode;
use zbus::fdo::ConnectionCredentials;

pub(crate) use bus::session_bus;
pub(crate) use ending::Ending;
pub(crate) use endpoint::{Connected, Endpoint, is_passing};

/// Whether there may be a session bus.
pub(crate) const HAS_SESSION_BUS: bool = true;

/// Prepares the process: its files are closed to others and open to us, whatever umask it was started with.
pub fn begin() {
    rustix::process::umask(Mode::from_raw_mode(0o077));
}

/// Returns the file to log to where there is no standard error. There is none here, because whoever starts the
/// daemon sends its standard error where it should go.
#[must_use]
pub fn log_file(_background: bool) -> Option<File> {
    None
}

/// Returns the process that the credentials from a bus name, with its handle if the bus gives one.
pub(crate) fn peer(credentials: ConnectionCredentials) -> Option<Peer> {
    let user = User::from_uid(credentials.unix_user_id()?);
    let peer = Peer::new(user, credentials.process_id()?);
    Some(peer.with_handle(credentials.into_process_fd().map(Into::into)))
}

/// Tells systemd that the daemon is ready, if systemd started it.
pub(crate) fn tell_ready() {
    drop(sd_notify::notify(&[sd_notify::NotifyState::Ready]));
}

/// Tells systemd that the daemon is stopping, if systemd started it.
pub(crate) fn tell_stopping() {
    drop(sd_notify::notify(&[sd_notify::NotifyState::Stopping]));
}

/// Returns the short name of a process whose executable cannot be seen.
#[cfg(target_os = "linux")]
pub(crate) fn short_name(pid: u32) -> Option<String> {
    mfa_sys::process::short_name(pid)
}

/// Returns nothing: here a process whose executable cannot be seen has no other name.
#[cfg(not(target_os = "linux"))]
pub(crate) fn short_name(_pid: u32) -> Option<String> {
    None
}
