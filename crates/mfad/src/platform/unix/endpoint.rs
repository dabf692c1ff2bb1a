//! The private socket.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use mfa_ipc::endpoint;
use tokio::net::{UnixListener, UnixStream};

/// A connection.
pub(crate) type Connected = UnixStream;

/// The socket, and the path to remove at the end: none if systemd made the socket.
#[derive(Debug)]
pub(crate) struct Endpoint {
    socket: UnixListener,
    remove: Option<PathBuf>,
}

impl Endpoint {
    /// Takes the socket that systemd hands over, or else makes one.
    pub(crate) fn new() -> io::Result<Self> {
        let handed = listenfd::ListenFd::from_env().take_unix_listener(0)?;
        let (socket, remove) = match handed {
            Some(socket) => (socket, None),
            None => {
                let path = endpoint::socket();
                // A daemon that was killed leaves its socket behind.
                drop(std::fs::remove_file(&path));
                let socket = std::os::unix::net::UnixListener::bind(&path)?;
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
                (socket, Some(path))
            }
        };
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: UnixListener::from_std(socket)?,
            remove,
        })
    }

    pub(crate) async fn accept(&self) -> io::Result<Connected> {
        Ok(self.socket.accept().await?.0)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            drop(std::fs::remove_file(path));
        }
    }
}

/// Returns whether connections can be accepted again in a moment.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
    let short = [
        rustix::io::Errno::MFILE,
        rustix::io::Errno::NFILE,
        rustix::io::Errno::NOMEM,
    ];
    matches!(error.kind(), ConnectionAborted | Interrupted | WouldBlock)
        || rustix::io::Errno::from_io_error(error).is_some_and(|errno| short.contains(&errno))
}
