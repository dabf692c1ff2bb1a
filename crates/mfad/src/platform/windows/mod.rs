//! Windows.

mod ending;
mod endpoint;

use std::fs::{File, OpenOptions};
use std::sync::Arc;

use mfa_ipc::paths;
use mfa_ipc::transport::stream::Gate;
use mfa_sys::peer::User;
use mfa_sys::{console, files};
use zbus::connection::Builder;
use zbus::fdo::ConnectionCredentials;

pub(crate) use ending::Ending;
pub(crate) use endpoint::{Connected, Endpoint, is_passing};

/// Whether there may be a session bus.
pub(crate) const HAS_SESSION_BUS: bool = false;

/// Prepares the process. It has no console of its own, so that none pops up; whoever starts it on
/// one wants to read what it says.
pub fn begin() {
    if !std::env::args_os().any(|argument| argument == "--background") {
        console::attach_to_parent();
    }
}

/// The file to log to: in the background there is nobody to read standard error.
pub(crate) fn log_file(background: bool) -> Option<File> {
    if !background {
        return None;
    }
    files::create_private_folder(&paths::state()).ok()?;
    files::private(OpenOptions::new().create(true).append(true))
        .open(paths::log())
        .ok()
}

/// The user whom a bus names.
pub(crate) fn user(credentials: &ConnectionCredentials) -> Option<User> {
    credentials.windows_sid().cloned().map(User::from_sid)
}

/// There is nobody to tell: the pipe is there, which mfactl waits for.
pub(crate) fn tell_ready() {}

/// There is nobody to tell.
pub(crate) fn tell_stopping() {}

/// A process whose program cannot be seen has no other name here.
pub(crate) fn short_name(_pid: u32) -> Option<String> {
    None
}

/// There is none, and nobody asks for it.
pub(crate) async fn session_bus(_gate: Arc<dyn Gate>) -> zbus::Result<Builder<'static>> {
    std::future::ready(Ok(Builder::session())).await
}
