//! The Unix socket of Linux and macOS.

use std::io;

use mfa_sys::peer::{self, User};
use tokio::net::UnixStream;
use zbus::fdo::ConnectionCredentials;

use crate::endpoint;
use crate::transport::stream::Stream;

/// Connects to the daemon and makes sure that it belongs to the same user, before anything is sent.
///
/// # Errors
/// What the kernel says; `PermissionDenied` if the other end is somebody else's.
pub async fn connect() -> io::Result<Stream<UnixStream>> {
    let stream = UnixStream::connect(endpoint::socket()).await?;
    let user = peer::of(&stream)?.user;
    if user == User::own() {
        Ok(Stream::client(stream, user))
    } else {
        let text = "the socket of the daemon belongs to another user";
        Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
    }
}

/// What D-Bus's handshake is told of the other end.
pub(crate) fn credentials(user: &User) -> ConnectionCredentials {
    ConnectionCredentials::default().set_unix_user_id(user.uid())
}
