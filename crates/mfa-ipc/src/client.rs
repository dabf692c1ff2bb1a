//! The connection of a client to the daemon.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use zbus::connection::{Builder, Socket};
use zbus::names::InterfaceName;
use zbus::proxy::{CacheProperties, MethodFlags, Proxy};
use zbus::wire::{DynamicDeserialize, DynamicType};

use crate::dict::Fields;
use crate::{Error, endpoint, transport};

/// The time within which a daemon must accept a connection.
pub(crate) const CONNECTING: Duration = Duration::from_secs(10);
/// The time that a reply may take, in addition to the time that the request asks the daemon to wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time that the user may take to answer a prompt.
const PROMPT: Duration = Duration::from_secs(60);

/// Converts the error of a failed connection. Keeps the kind of a kernel error, which tells a daemon that
/// just exited from a faulty one. Keeps the text of the daemon if it refused the connection.
fn not_connected(error: zbus::Error) -> io::Error {
    match &error {
        zbus::Error::InputOutput(source) => io::Error::new(source.kind(), error.to_string()),
        zbus::Error::Handshake(text) => match text.split_once("ERROR ") {
            Some((_, said)) => io::Error::other(said.trim_end()),
            None => io::Error::other(error),
        },
        _ => io::Error::other(error),
    }
}

/// Converts the error of a failed call. A request that was too large to be sent is [`Error::LimitsExceeded`].
fn not_called(error: zbus::Error) -> Error {
    match &error {
        zbus::Error::InputOutput(source) if source.kind() == io::ErrorKind::InvalidInput => {
            Error::LimitsExceeded("the request is larger than the daemon accepts".into())
        }
        _ => error.into(),
    }
}

/// A private connection to the daemon.
///
/// The methods are those of the interfaces; see [`crate::authenticator`], [`crate::accounts`], [`crate::access`] and
/// [`crate::copier`].
#[derive(Clone, Debug)]
pub struct Client {
    connection: zbus::Connection,
    interactive: bool,
    reason: Option<Arc<str>>,
    asks: bool,
}

impl Client {
    /// Connects to the running daemon.
    ///
    /// # Errors
    /// Errors of the kernel: `NotFound` or `ConnectionRefused` if no daemon is running.
    pub async fn connect() -> io::Result<Self> {
        Self::over(transport::connect().await?).await
    }

    /// Connects to a daemon over a stream that is already connected.
    ///
    /// # Errors
    /// Errors of the handshake, and `TimedOut`.
    pub async fn over<S>(socket: S) -> io::Result<Self>
    where
        S: Socket,
    {
        let connection = Builder::socket(socket).p2p().build();
        let connection = tokio::time::timeout(CONNECTING, connection).await;
        let connection = connection.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        Ok(Self::on(connection.map_err(not_connected)?))
    }

    pub(crate) fn on(connection: zbus::Connection) -> Self {
        Self {
            connection,
            interactive: false,
            reason: None,
            asks: false,
        }
    }

    /// Returns a handle to the same connection whose calls may, or may not, raise a prompt and wait for the
    /// user.
    #[must_use]
    pub fn interactive(&self, interactive: bool) -> Self {
        Self {
            interactive,
            ..self.clone()
        }
    }

    /// Returns a handle to the same connection whose requests for codes and secrets give a reason: a few
    /// words that may be shown to a person, such as “aws sso login”.
    #[must_use]
    pub fn because(&self, reason: &str) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self.clone()
        }
    }

    /// Returns a handle to the same connection whose requests may, or may not, cause a question to the user. A prompt
    /// of the keychain needs [`interactive`](Self::interactive).
    #[must_use]
    pub fn asking(&self, asks: bool) -> Self {
        Self {
            asks,
            ..self.clone()
        }
    }

    /// Adds to the options of a request what all requests have.
    pub(crate) fn with_all<'v>(&'v self, mut options: Fields<'v>) -> Fields<'v> {
        if self.asks && !self.interactive {
            options.insert("ask".into(), true.into());
        }
        if let Some(reason) = &self.reason {
            options.insert("reason".into(), (&**reason).into());
        }
        options
    }

    pub(crate) fn connection(&self) -> &zbus::Connection {
        &self.connection
    }

    /// Calls a method and waits for the reply.
    pub(crate) async fn call<B, R>(
        &self,
        interface: &'static str,
        method: &'static str,
        body: &B,
    ) -> Result<R, Error>
    where
        B: zbus::export::serde::Serialize + DynamicType,
        R: for<'d> DynamicDeserialize<'d>,
    {
        self.call_and_wait(interface, method, body, Duration::ZERO)
            .await
    }

    /// Calls a method that may wait for up to `wait` before it replies.
    pub(crate) async fn call_and_wait<B, R>(
        &self,
        interface: &'static str,
        method: &'static str,
        body: &B,
        wait: Duration,
    ) -> Result<R, Error>
    where
        B: zbus::export::serde::Serialize + DynamicType,
        R: for<'d> DynamicDeserialize<'d>,
    {
        let proxy: Proxy<'_> = zbus::proxy::Builder::new(&self.connection)
            .destination(endpoint::BUS_NAME)
            .path(endpoint::OBJECT_PATH)
            .interface(InterfaceName::from_static_str_unchecked(interface))
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        let flags = if self.interactive {
            MethodFlags::ALLOW_INTERACTIVE_AUTH
        } else {
            MethodFlags::empty()
        };
        let prompt = if self.interactive || self.asks {
            PROMPT
        } else {
            Duration::ZERO
        };
        let reply = proxy.call_with_flags(method, flags, body);
        match tokio::time::timeout(PATIENCE + prompt + wait, reply).await {
            Ok(reply) => reply
                .map_err(not_called)?
                .ok_or_else(|| Error::Failed("the daemon did not answer".into())),
            Err(_) => Err(Error::TimedOut("the daemon does not answer".into())),
        }
    }
}
