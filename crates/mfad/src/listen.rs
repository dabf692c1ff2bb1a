//! The private endpoint: accepts connections of the same user and serves them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mfa_ipc::endpoint::OBJECT_PATH;
use mfa_ipc::transport::stream::Stream;
use mfa_sys::peer::{self, User};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use crate::caller::Origin;
use crate::interface::authenticator::Authenticator;
use crate::interface::hello::{self, Hello};
use crate::interface::vault::Vault;
use crate::platform::{self, Connected, Endpoint};
use crate::service::Handle;
use crate::signals;

/// How many connections are served at once; further ones are turned away, and do not wait.
const MAX_CONNECTIONS: usize = 256;
/// How many of these are told why, at once.
const MAX_REFUSALS: usize = 16;
/// How long a connection may take to say who it is.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The private endpoint, where clients connect.
#[derive(Debug)]
pub struct Listener(Endpoint);

impl Listener {
    /// Takes the socket that systemd hands over, else makes one.
    ///
    /// The caller makes sure that this is the only daemon of this user.
    ///
    /// # Errors
    /// What the system says.
    pub fn new() -> io::Result<Self> {
        Endpoint::new().map(Self)
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
            let stream = match self.0.accept().await {
                Ok(connection) => connection,
                // The other end gave up, or we are short of something for a moment.
                Err(error) if platform::is_passing(&error) => {
                    tracing::warn!(%error, "a connection failed");
                    // What we are short of may be free then; at once would be a loop that does nothing else.
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

/// Says why, in the words of D-Bus's handshake. The other end listens once it has begun it.
async fn refuse(mut stream: Connected) {
    let mut begin = [0; 128];
    if let Ok(Ok(1..)) = tokio::time::timeout(HANDSHAKE, stream.read(&mut begin)).await {
        drop(stream.try_write(b"ERROR it has too many connections already\r\n"));
    }
}

async fn connection(
    stream: Connected,
    guid: &zbus::Guid<'static>,
    service: Handle,
) -> zbus::Result<()> {
    let peer = peer::of(&stream).map_err(zbus::Error::from)?;
    if peer.user != User::own() {
        tracing::warn!(user = %peer.user, "refused a connection of another user");
        return Ok(());
    }
    let stream = Stream::daemon(stream, peer.user.clone());
    let origin = Origin::private(peer);
    let build = zbus::connection::Builder::socket(stream)
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
