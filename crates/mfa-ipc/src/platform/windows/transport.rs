//! The named pipe of Windows.

use std::io;
use std::path::Path;
use std::time::Duration;

use mfa_sys::peer::{self, User};
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient};
use zbus::fdo::ConnectionCredentials;

use crate::client::CONNECTING;
use crate::endpoint;
use crate::transport::stream::Stream;

/// `ERROR_PIPE_BUSY`: all instances are taken, and the next one is not made yet.
const BUSY: i32 = 231;
/// How long to wait for it.
const PAUSE: Duration = Duration::from_millis(5);

/// Connects to the daemon and makes sure that it belongs to the same user, before anything is sent.
///
/// # Errors
/// What the system says; `PermissionDenied` if the other end is somebody else's.
pub async fn connect() -> io::Result<Stream<NamedPipeClient>> {
    let name = endpoint::socket();
    let pipe = tokio::time::timeout(CONNECTING, open(&name)).await??;
    let owner = peer::owner(&pipe)?;
    if owner == User::own() {
        Ok(Stream::client(pipe, owner))
    } else {
        let text = "the pipe of the daemon belongs to another user";
        Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
    }
}

/// Opens the pipe. The daemon may learn who we are, and may not act as us: tokio sees to that.
async fn open(name: &Path) -> io::Result<NamedPipeClient> {
    loop {
        match ClientOptions::new().open(name) {
            Err(error) if error.raw_os_error() == Some(BUSY) => tokio::time::sleep(PAUSE).await,
            pipe => return pipe,
        }
    }
}

/// What D-Bus's handshake is told of the other end.
pub(crate) fn credentials(user: &User) -> ConnectionCredentials {
    ConnectionCredentials::default().set_windows_sid(user.sid().to_owned())
}

#[cfg(test)]
mod tests {
    use mfa_sys::pipe;

    use super::*;

    #[tokio::test]
    async fn who_finds_the_pipe_busy_waits_for_the_next_instance() {
        let name = format!(r"\\.\pipe\mfa-ipc-busy-{}", std::process::id());
        let name = Path::new(&name);
        let first = pipe::create(name, true).unwrap();
        let _client = open(name).await.unwrap();
        first.connect().await.unwrap();
        let second = open(name);
        tokio::pin!(second);
        let early = tokio::time::timeout(PAUSE * 10, &mut second).await;
        assert!(early.is_err(), "it is not busy");
        let next = pipe::create(name, false).unwrap();
        second.await.unwrap();
        next.connect().await.unwrap();
    }
}
