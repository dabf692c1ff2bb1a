//! The Unix socket of Linux and macOS.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use mfa_sys::peer::{self, User};
use mfa_sys::process;
#[cfg(target_os = "linux")]
use rustix::event::{PollFd, PollFlags};
use rustix::net::Shutdown;
use tokio::net::UnixStream;
use zbus::fdo::ConnectionCredentials;

use crate::endpoint;
use crate::transport::stream::Stream;
use crate::transport::{Wire, server};

/// The interval between checks whether a client that has closed its sending side still exists.
#[cfg(target_os = "linux")]
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

/// Connects to the daemon. Before it sends anything, it checks that the daemon belongs to the same user and,
/// as far as possible, that it is not another program.
///
/// # Errors
/// Errors of the kernel, and `PermissionDenied` if the other end belongs to another user or is another
/// program.
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

/// Returns whether the administrator installed a program.
pub(crate) fn is_installed(program: &Path) -> bool {
    let found = program.metadata();
    found.is_ok_and(|found| found.is_file() && found.uid() == 0 && found.mode() & 0o022 == 0)
}

/// Returns the credentials of the other end for the D-Bus handshake.
pub(crate) fn credentials(user: &User) -> ConnectionCredentials {
    ConnectionCredentials::default().set_unix_user_id(user.uid())
}

/// Returns whether the other end has closed its sending side but still reads.
#[cfg(target_os = "linux")]
fn is_half_closed(stream: &UnixStream) -> bool {
    let mut looked = [PollFd::new(stream, PollFlags::RDHUP)];
    let now = rustix::time::Timespec::default();
    rustix::event::poll(&mut looked, Some(&now)).is_ok()
        && !looked[0].revents().contains(PollFlags::HUP)
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
        // A Unix socket never has urgent data, so this waits for its end only. A read reports any error
        // again.
        drop(self.ready(tokio::io::Interest::PRIORITY).await);
        // A client that closed only its sending side still reads replies. The kernel sends no event when it
        // closes the other side.
        while is_half_closed(self) {
            tokio::time::sleep(LOOK).await;
        }
    }

    #[cfg(not(target_os = "linux"))]
    async fn gone(&self) {
        std::future::pending::<()>().await;
    }
}
