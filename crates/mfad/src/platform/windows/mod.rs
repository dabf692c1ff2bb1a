//! Windows.

mod ending;
mod endpoint;

use std::fs::{File, OpenOptions};
use std::sync::Arc;

use mfa_ipc::paths;
use mfa_ipc::transport::stream::Gate;
use mfa_sys::peer::{Peer, User};
use mfa_sys::{console, files};
use zbus::connection::Builder;
use zbus::fdo::ConnectionCredentials;

pub(crate) use ending::Ending;
pub(crate) use endpoint::{Connected, Endpoint, is_passing};

/// Whether there may be a session bus.
pub(crate) const HAS_SESSION_BUS: bool = false;

/// Prepares the process. It has no console of its own, so that none pops up. If it is started on a console, it
/// attaches to that, because its output is wanted there.
pub fn begin() {
    if !std::env::args_os().any(|argument| argument == "--background") {
        console::attach_to_parent();
    }
}

/// Returns the file to log to where there is no standard error: in the background, nobody reads it.
#[must_use]
pub fn log_file(background: bool) -> Option<File> {
    if !background {
        return None;
    }
    files::create_private_folder(&paths::state()).ok()?;
    files::private(OpenOptions::new().create(true).append(true))
        .open(paths::log())
        .ok()
}

/// Returns the process that the credentials from a bus name.
#[expect(
    clippy::needless_pass_by_value,
    reason = "Linux takes the handle of the process out of them"
)]
pub(crate) fn peer(credentials: ConnectionCredentials) -> Option<Peer> {
    let user = User::from_sid(credentials.windows_sid()?.clone());
    Some(Peer::new(user, credentials.process_id()?))
}

/// Does nothing: mfactl waits for the pipe, and it is there.
pub(crate) fn tell_ready() {}

/// Does nothing: there is nobody to tell.
pub(crate) fn tell_stopping() {}

/// Returns nothing: here a process whose executable cannot be seen has no other name.
pub(crate) fn short_name(_pid: u32) -> Option<String> {
    None
}

/// Exists only so that each system has the same names: there is no session bus, and this is never called.
pub(crate) async fn session_bus(_gate: Arc<dyn Gate>) -> zbus::Result<Builder<'static>> {
    std::future::ready(Ok(Builder::session())).await
}
