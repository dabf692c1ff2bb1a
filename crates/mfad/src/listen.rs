//! The private socket: accepts connections of the same user and serves them.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mfa_ipc::endpoint::{self, OBJECT_PATH};
use mfa_ipc::transport::stream::Stream;
use mfa_sys::peer;
use tokio::io::AsyncReadExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use crate::caller::Origin;
use crate::interface::authenticator::Authenticator;
use crate::interface::hello::{self, Hello};
use crate::interface::vault::Vault;
use crate::service::Handle;
use crate::signals;

/// How many connections are served at once; further ones are turned away, and do not wait.
const MAX_CONNECTIONS: usize = 256;
/// How many of these are told why, at once.
const MAX_REFUSALS: usize = 16;
/// How long a connection may take to say who it is.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The socket, and the path to remove when we end; none if systemd made it.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    remove: Option<PathBuf>,
}

impl Listener {
    /// Takes the socket that systemd hands over, else makes one.
    ///
    /// The caller makes sure that this is the only daemon of this user.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn new() -> io::Result<Self> {
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

    /// Serves connections; returns only with an error.
    ///
    /// # Errors
    /// That no connections can be accepted any more.
    pub async fn serve(&self, service: Handle) -> io::Result<()> {
        let guid = Arc::new(zbus::Guid::generate());
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
        loop {
            let (stream, _) = match self.socket.accept().await {
                Ok(connection) => connection,
                // The other end gave up, or we are short of file descriptors for a moment.
                Err(error) if is_passing(&error) => {
                    tracing::warn!(%error, "a connection failed");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                tracing::warn!("too many connections");
                if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                    tokio::spawn(async move {
                        refuse(stream).await;
                        drop(turn);
                    });
                }
                continue;
            };
            let (service, guid) = (service.clone(), Arc::clone(&guid));
            tokio::spawn(async move {
                if let Err(error) = connection(stream, &guid, service).await {
                    tracing::debug!(%error, "a connection ended");
                }
                drop(place);
            });
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            drop(std::fs::remove_file(path));
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
    let short = [
        rustix::io::Errno::MFILE,
        rustix::io::Errno::NFILE,
        rustix::io::Errno::NOMEM,
    ];
    matches!(error.kind(), ConnectionAborted | Interrupted | WouldBlock)
        || rustix::io::Errno::from_io_error(error).is_some_and(|errno| short.contains(&errno))
}

/// Says why, in the words of D-Bus's handshake. The other end listens once it has begun it.
async fn refuse(mut stream: UnixStream) {
    let mut begin = [0; 128];
    if let Ok(Ok(1..)) = tokio::time::timeout(HANDSHAKE, stream.read(&mut begin)).await {
        drop(stream.try_write(b"ERROR it has too many connections already\r\n"));
    }
}

async fn connection(
    stream: UnixStream,
    guid: &zbus::Guid<'static>,
    service: Handle,
) -> zbus::Result<()> {
    let peer = peer::of(&stream).map_err(zbus::Error::from)?;
    if peer.uid != peer::own_uid() {
        tracing::warn!(uid = peer.uid, "refused a connection of another user");
        return Ok(());
    }
    let origin = Origin::private(peer);
    let build = zbus::connection::Builder::socket(Stream::daemon(stream, peer.uid))
        .server(guid.clone())
        .p2p()
        .serve_at(
            OBJECT_PATH,
            Authenticator::new(service.clone(), origin.clone()),
        )
        .serve_at(OBJECT_PATH, Vault::new(service.clone(), origin))
        .serve_at(hello::PATH, Hello)
        .build();
    let Ok(connection) = tokio::time::timeout(HANDSHAKE, build).await else {
        return Ok(());
    };
    signals::forward(&connection?, &service).await
}
