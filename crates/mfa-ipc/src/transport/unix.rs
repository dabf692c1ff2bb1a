//! The Unix socket of Linux and macOS.

use std::io;
use std::os::unix::net::UnixStream;

use mfa_sys::peer;

use crate::endpoint;

/// Connects to the daemon and makes sure that it belongs to the same user, before anything is sent.
///
/// # Errors
/// What the kernel says; `PermissionDenied` if the other end is somebody else's.
pub fn connect() -> io::Result<UnixStream> {
    let stream = UnixStream::connect(endpoint::socket())?;
    if peer::of(&stream)?.uid == peer::own_uid() {
        Ok(stream)
    } else {
        let text = "the socket of the daemon belongs to another user";
        Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
    }
}
