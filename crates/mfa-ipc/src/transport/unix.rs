//! The Unix socket of Linux and macOS.

use std::io;

use mfa_sys::peer;
use tokio::net::UnixStream;

use super::stream::Stream;
use crate::endpoint;

/// Connects to the daemon and makes sure that it belongs to the same user, before anything is sent.
///
/// # Errors
/// What the kernel says; `PermissionDenied` if the other end is somebody else's.
pub async fn connect() -> io::Result<Stream<UnixStream>> {
    let stream = UnixStream::connect(endpoint::socket()).await?;
    let uid = peer::of(&stream)?.uid;
    if uid == peer::own_uid() {
        Ok(Stream::client(stream, uid))
    } else {
        let text = "the socket of the daemon belongs to another user";
        Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
    }
}
