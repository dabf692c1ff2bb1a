//! The Unix socket of Linux and macOS.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use mfa_sys::peer::{self, User};
use mfa_sys::process;
use rustix::net::Shutdown;
use tokio::net::UnixStream;
use zbus::fdo::ConnectionCredentials;

use crate::endpoint;
use crate::transport::stream::Stream;
use crate::transport::{Wire, server};

/// Connects to the daemon and makes sure that it is the same user's, and no other program of theirs as far
/// as can be seen, before anything is sent.
///
/// # Errors
/// What the kernel says; `PermissionDenied` if the other end is somebody else's.
pub async fn connect() -> io::Result<Stream<UnixStream>> {
    let stream = UnixStream::connect(endpoint::socket()).await?;
    let peer = peer::of(&stream)?;
    if peer.user != User::own() {
        let text = "the socket of the daemon belongs to another user";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    server::check(process::executable(peer.pid).as_deref())?;
    Ok(Stream::client(stream, peer.user))
}

/// Whether a program was installed by who may install for all.
pub(crate) fn is_installed(program: &Path) -> bool {
    let found = program.metadata();
    found.is_ok_and(|found| found.is_file() && found.uid() == 0 && found.mode() & 0o022 == 0)
}

/// What D-Bus's handshake is told of the other end.
pub(crate) fn credentials(user: &User) -> ConnectionCredentials {
    ConnectionCredentials::default().set_unix_user_id(user.uid())
}

impl Wire for UnixStream {
    async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.readable().await?;
            match self.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }

    async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.writable().await?;
            match self.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return written,
            }
        }
    }

    fn shut(&self) -> io::Result<()> {
        Ok(rustix::net::shutdown(self, Shutdown::Write)?)
    }

    #[cfg(target_os = "linux")]
    async fn gone(&self) {
        // Nothing urgent ever comes over a Unix socket, so this waits for its end alone. An error is
        // found again by whoever reads.
        drop(self.ready(tokio::io::Interest::PRIORITY).await);
    }

    #[cfg(not(target_os = "linux"))]
    async fn gone(&self) {
        std::future::pending::<()>().await;
    }
}
