//! The private endpoint: accepts connections of the same user and serves them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mfa_ipc::endpoint::OBJECT_PATH;
use mfa_ipc::transport::stream::Stream;
use mfa_sys::peer::{self, User};
use tokio::sync::Semaphore;

use crate::caller::{Known, Origin};
use crate::interface::authenticator::Authenticator;
use crate::interface::hello::{self, Hello};
use crate::interface::vault::Vault;
use crate::limits::{self, Limits};
use crate::platform::{self, Connected, Endpoint};
use crate::service::Handle;
use crate::signals;
use crate::tasks::Tasks;

/// How many of those that are turned away are told why, at once.
const MAX_REFUSALS: usize = 16;
/// How long the calls of a client that sends no more may take to be answered.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
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
    pub async fn serve(&self, service: Handle, limits: Limits) -> io::Result<()> {
        let guid = Arc::new(zbus::Guid::generate());
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
            let Some(known) = identify(&stream) else {
                continue;
            };
            let process = limits.process(known.caller());
            let Some(connection) = limits.connect(&process) else {
                tracing::warn!(caller = %known.caller(), "too many connections");
                if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                    tokio::spawn(async move {
                        refuse(stream).await;
                        drop(turn);
                    });
                }
                continue;
            };
            let (service, guid) = (service.clone(), Arc::clone(&guid));
            let origin = Origin::Private { known, process };
            tokio::spawn(async move {
                let served = serve(stream, &guid, service, origin, connection).await;
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection ended");
                }
            });
        }
    }
}

/// Looks who has connected: nobody else than our own user may.
fn identify(stream: &Connected) -> Option<Known> {
    match peer::of(stream) {
        Ok(peer) if peer.user == User::own() => Some(Known::new(peer)),
        Ok(peer) => {
            tracing::warn!(user = %peer.user, "refused a connection of another user");
            None
        }
        Err(error) => {
            tracing::warn!(%error, "refused a connection of nobody knows whom");
            None
        }
    }
}

/// Says why, in the words of D-Bus's handshake. The other end listens once it has begun it.
async fn refuse(stream: Connected) {
    if let Ok(Ok(())) = tokio::time::timeout(HANDSHAKE, stream.readable()).await
        && let Ok(1..) = stream.try_read(&mut [0; 128])
    {
        drop(stream.try_write(b"ERROR it has too many connections already\r\n"));
    }
}

/// Serves a connection until one of both ends has enough.
///
/// # Errors
/// What D-Bus reports of it.
pub async fn serve(
    stream: Connected,
    guid: &zbus::Guid<'static>,
    service: Handle,
    origin: Origin,
    connection: Arc<limits::Connection>,
) -> zbus::Result<()> {
    let tasks = Tasks::new(Arc::clone(&connection));
    let place = Arc::clone(&connection);
    let result = tokio::select! {
        result = speak(stream, guid, service, origin, connection, &tasks) => result,
        () = tasks.failed() => Ok(()),
        () = place.given_up() => Ok(()),
    };
    // A client may close its half and still read what it has asked for. Calls that wait for longer wait for
    // nobody.
    drop(tokio::time::timeout(LAST_ANSWERS, tasks.at_rest()).await);
    tasks.end();
    result
}

async fn speak(
    stream: Connected,
    guid: &zbus::Guid<'static>,
    service: Handle,
    origin: Origin,
    connection: Arc<limits::Connection>,
    tasks: &Tasks,
) -> zbus::Result<()> {
    let stream = Stream::daemon(stream, User::own(), connection);
    let build = zbus::connection::Builder::socket(stream)
        .runtime(tasks.clone())
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
