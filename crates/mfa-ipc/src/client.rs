//! The connection of a client to the daemon.

use std::io;
use std::time::Duration;

use zbus::connection::{Builder, Socket};
use zbus::names::InterfaceName;
use zbus::proxy::{CacheProperties, MethodFlags, Proxy};
use zbus::wire::{DynamicDeserialize, DynamicType};

use crate::{Error, endpoint, transport};

/// How long a daemon may take to take a connection.
pub(crate) const CONNECTING: Duration = Duration::from_secs(10);
/// How long an answer may take, beyond what it is asked to wait for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a person may take to answer a prompt.
const PROMPT: Duration = Duration::from_secs(60);

/// Keeps what the kernel said, so that a daemon that just went away is told from a faulty one; and
/// what the daemon said, if it turned us away.
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

/// Tells what was never sent from what was lost on its way.
fn not_called(error: zbus::Error) -> Error {
    match &error {
        zbus::Error::InputOutput(source) if source.kind() == io::ErrorKind::InvalidInput => {
            Error::LimitsExceeded("that is more than the daemon takes at once".into())
        }
        _ => error.into(),
    }
}

/// A private connection to the daemon.
///
/// The methods are those of the two interfaces; see [`crate::authenticator`] and [`crate::vault`].
#[derive(Clone, Debug)]
pub struct Client {
    connection: zbus::Connection,
    interactive: bool,
}

impl Client {
    /// Connects to the daemon that is running.
    ///
    /// # Errors
    /// What the kernel says: `NotFound` or `ConnectionRefused` if none is running.
    pub async fn connect() -> io::Result<Self> {
        Self::over(transport::connect().await?).await
    }

    /// Speaks to a daemon over a stream that is connected already.
    ///
    /// # Errors
    /// What was wrong with the other end.
    pub async fn over<S>(socket: S) -> io::Result<Self>
    where
        S: Socket,
    {
        let connection = Builder::socket(socket).p2p().build();
        let connection = tokio::time::timeout(CONNECTING, connection).await;
        let connection = connection.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let connection = connection.map_err(not_connected)?;
        Ok(Self {
            connection,
            interactive: false,
        })
    }

    /// The same connection, whose calls may or may not raise a prompt and wait for the user.
    #[must_use]
    pub fn interactive(&self, interactive: bool) -> Self {
        Self {
            connection: self.connection.clone(),
            interactive,
        }
    }

    pub(crate) fn connection(&self) -> &zbus::Connection {
        &self.connection
    }

    /// Calls a method and waits for its answer.
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

    /// The same for a method that is asked to wait for so long.
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
        let prompt = if self.interactive {
            PROMPT
        } else {
            Duration::ZERO
        };
        let reply = proxy.call_with_flags(method, flags, body);
        match tokio::time::timeout(PATIENCE + prompt + wait, reply).await {
            Ok(reply) => reply
                .map_err(not_called)?
                .ok_or_else(|| Error::Failed("the daemon gave no answer".into())),
            Err(_) => Err(Error::TimedOut("the daemon does not answer".into())),
        }
    }
}
