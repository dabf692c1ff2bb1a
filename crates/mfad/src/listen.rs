//! The private endpoint: accepts connections from the same user and serves them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mfa_ipc::endpoint::OBJECT_PATH;
use mfa_ipc::transport::stream::Stream;
use mfa_sys::peer::{self, User};
use tokio::sync::Semaphore;

use crate::caller::{Known, Origin};
use crate::interface::access::Access;
use crate::interface::accounts::Accounts;
use crate::interface::authenticator::Authenticator;
use crate::interface::hello::{self, Hello};
use crate::limits::{self, Limits, TooMany};
use crate::platform::{self, Connected, Endpoint};
use crate::service::Handle;
use crate::signals;
use crate::tasks::Tasks;

/// The number of rejected clients that may be told the reason at the same time.
const MAX_REFUSALS: usize = 16;
/// How long the pending calls of a client that sends nothing more may take.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
/// How long a connection may take for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The private endpoint, where clients connect.
#[derive(Debug)]
pub struct Listener(Endpoint);

impl Listener {
    /// Takes the socket that systemd hands over, or else makes one.
    ///
    /// The caller makes sure that this is the only daemon of this user.
    ///
    /// # Errors
    /// Returns the error of the operating system.
    pub fn new() -> io::Result<Self> {
        Endpoint::new().map(Self)
    }

    /// Serves connections; returns only with an error.
    ///
    /// # Errors
    /// Returns an error if no connection can be accepted any more.
    pub async fn serve(&self, service: Handle, limits: Limits) -> io::Result<()> {
        let guid = Arc::new(zbus::Guid::generate());
        let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
        loop {
            let stream = match self.0.accept().await {
                Ok(connection) => connection,
                // The other end gave up, or some resource is short for a moment.
                Err(error) if platform::is_passing(&error) => {
                    tracing::warn!(%error, "a connection failed");
                    // The resource may be free by then. Trying again at once would be a busy loop.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(known) = identify(&stream) else {
                continue;
            };
            let process = limits.process(known.caller());
            let connection = match limits.connect(&process) {
                Ok(connection) => connection,
                Err(reason) => {
                    tracing::warn!(caller = %known.caller(), "{reason}");
                    if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                        tokio::spawn(async move {
                            refuse(stream, reason).await;
                            drop(turn);
                        });
                    }
                    continue;
                }
            };
            let (service, guid) = (service.clone(), Arc::clone(&guid));
            let known = Arc::new(known);
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

/// Looks up who has connected. Only our own user may.
fn identify(stream: &Connected) -> Option<Known> {
    match peer::of(stream) {
        Ok(peer) if peer.user == User::own() => Some(Known::new(peer)),
        Ok(peer) => {
            tracing::warn!(user = %peer.user, "refused a connection from another user");
            None
        }
        Err(error) => {
            tracing::warn!(%error, "refused a connection from an unknown user");
            None
        }
    }
}

/// Tells the client why it is turned away, as an error of the D-Bus handshake. A client listens once it has
/// begun the handshake.
async fn refuse(stream: Connected, reason: TooMany) {
    if let Ok(Ok(())) = tokio::time::timeout(HANDSHAKE, stream.readable()).await
        && let Ok(1..) = stream.try_read(&mut [0; 128])
    {
        drop(stream.try_write(format!("ERROR {reason}\r\n").as_bytes()));
    }
}

/// Serves a connection until either end closes it.
///
/// # Errors
/// Returns the error that D-Bus reports.
pub async fn serve(
    stream: Connected,
    guid: &zbus::Guid<'static>,
    service: Handle,
    origin: Origin,
    connection: Arc<limits::Connection>,
) -> zbus::Result<()> {
    attend(connection, async |tasks, place| {
        let connection = builder(stream, guid, tasks, place)
            .serve_at(
                OBJECT_PATH,
                Authenticator::new(service.clone(), origin.clone()),
            )
            .serve_at(OBJECT_PATH, Accounts::new(service.clone(), origin.clone()))
            .serve_at(OBJECT_PATH, Access::new(service.clone(), origin))
            .serve_at(hello::PATH, Hello)
            .build();
        let Ok(connection) = tokio::time::timeout(HANDSHAKE, connection).await else {
            return Ok(());
        };
        signals::forward(&connection?, &service).await
    })
    .await
}

/// Lets a connection speak until its end, until one of its tasks panics, or until it is given up. Its tasks end
/// with it.
async fn attend(
    connection: Arc<limits::Connection>,
    speak: impl AsyncFnOnce(&Tasks, Arc<limits::Connection>) -> zbus::Result<()>,
) -> zbus::Result<()> {
    let tasks = Tasks::new(Arc::clone(&connection));
    let result = tokio::select! {
        result = speak(&tasks, Arc::clone(&connection)) => result,
        () = tasks.failed() => Ok(()),
        () = connection.given_up() => Ok(()),
    };
    // A client may close its half and still read the answers to its calls. After this time, nobody reads them.
    drop(tokio::time::timeout(LAST_ANSWERS, tasks.at_rest()).await);
    tasks.end();
    result
}

/// Returns our end of a connection, which serves nothing yet.
fn builder<'b>(
    stream: Connected,
    guid: &zbus::Guid<'static>,
    tasks: &Tasks,
    connection: Arc<limits::Connection>,
) -> zbus::connection::Builder<'b> {
    let stream = Stream::daemon(stream, User::own(), connection);
    zbus::connection::Builder::socket(stream)
        .runtime(tasks.clone())
        .server(guid.clone())
        .p2p()
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
