//! The named pipe of Windows.

use std::io;
use std::path::Path;
use std::time::Duration;

use mfa_sys::peer::{self, User};
use mfa_sys::process;
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer};
use zbus::fdo::ConnectionCredentials;

use crate::client::CONNECTING;
use crate::endpoint;
use crate::transport::stream::Stream;
use crate::transport::{Wire, server};

/// `ERROR_PIPE_BUSY`: all instances are taken, and the next one does not exist yet.
const BUSY: i32 = 231;
/// The pause before the next try.
const PAUSE: Duration = Duration::from_millis(5);

/// Connects to the daemon. Before it sends anything, it checks that the daemon belongs to the same
/// user and is not another program.
///
/// # Errors
/// Errors of the system, and `PermissionDenied` if the other end belongs to another user or is
/// another program.
pub async fn connect() -> io::Result<Stream<NamedPipeClient>> {
    let name = endpoint::socket();
    let pipe = tokio::time::timeout(CONNECTING, open(&name)).await??;
    let owner = peer::owner(&pipe)?;
    if owner != User::own() {
        let text = "the pipe of the daemon belongs to another user";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    server::check(process::executable(peer::server(&pipe)?).as_deref())?;
    Ok(Stream::client(pipe, owner))
}

/// Returns `false`: on Windows, all programs of this project are in one folder.
pub(crate) fn is_installed(_program: &Path) -> bool {
    false
}

/// Opens the pipe. The daemon may identify this user but not act as the user: tokio sets this.
async fn open(name: &Path) -> io::Result<NamedPipeClient> {
    loop {
        match ClientOptions::new().open(name) {
            Err(error) if error.raw_os_error() == Some(BUSY) => tokio::time::sleep(PAUSE).await,
            pipe => return pipe,
        }
    }
}

/// Returns the credentials of the other end for the D-Bus handshake.
pub(crate) fn credentials(user: &User) -> ConnectionCredentials {
    ConnectionCredentials::default().set_windows_sid(user.sid().to_owned())
}

/// Implements `Wire`. Both ends of a pipe have the same methods but share no trait.
macro_rules! wire {
    ($pipe:ty) => {
        impl Wire for $pipe {
            async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                loop {
                    self.readable().await?;
                    match self.try_read(buffer) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        // The other end closed the pipe.
                        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(0),
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

            /// Does nothing: a pipe has no half that can be closed. It ends when it is dropped.
            fn shut(&self) -> io::Result<()> {
                Ok(())
            }

            async fn gone(&self) {
                std::future::pending::<()>().await;
            }
        }
    };
}

wire!(NamedPipeClient);
wire!(NamedPipeServer);

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
