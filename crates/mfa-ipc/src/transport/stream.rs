//! D-Bus over a [`Wire`], on both sides of a private connection.
//!
//! zbus brings sockets of its own. Serving one costs a thread and a look into `/etc/passwd` for
//! each connection, to learn groups that nobody asks for; and it has none for a named pipe. This
//! one is told who is at the other end, passes no file descriptors, and reads no more than a
//! [`Gate`] lets through: zbus would read, and answer, as fast as a client writes, whether or not
//! that client takes its answers.

use std::fmt;
use std::io;
#[cfg(unix)]
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use async_trait::async_trait;
use mfa_sys::peer::User;
use zbus::connection::socket::{self, Socket, Split};
use zbus::fdo::ConnectionCredentials;

use super::Wire;
use super::handshake::Handshake;
use super::incoming::Incoming;
use crate::platform::transport::credentials;

/// The longest request that the daemon takes, in bytes; an account is a few hundred.
const MAX_REQUEST: usize = 256 * 1024;
/// The longest answer that a client takes: a list of tens of thousands of accounts.
const MAX_ANSWER: usize = 64 * 1024 * 1024;
/// The longest message of D-Bus, in bytes (D-Bus specification, “Message Format”). What the bus lets through
/// is read: closing that connection would end the daemon.
const MAX_MESSAGE: usize = 128 * 1024 * 1024;

/// Holds a connection back while too much of it is under way.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// Resolves when more may be read; at once, if that is now.
    async fn open(&self);

    /// Something is being sent, or no longer: a client that does not take it is not read from.
    fn sending(&self, sending: bool);

    /// So many bytes were read or written.
    fn passed(&self, bytes: usize);
}

/// A stream whose other end is known.
pub struct Stream<W> {
    wire: W,
    user: User,
    max_read: usize,
    max_write: usize,
    gate: Option<Arc<dyn Gate>>,
    is_served: bool,
}

impl<W> Stream<W> {
    /// The client's end of a connected stream, with the user at its other end.
    pub fn client(wire: W, user: User) -> Self {
        Self {
            wire,
            user,
            max_read: MAX_ANSWER,
            max_write: MAX_REQUEST,
            gate: None,
            is_served: false,
        }
    }

    /// The daemon's end of a connected stream, with the user at its other end.
    pub fn daemon(wire: W, user: User, gate: Arc<dyn Gate>) -> Self {
        Self {
            wire,
            user,
            max_read: MAX_REQUEST,
            max_write: MAX_ANSWER,
            gate: Some(gate),
            is_served: true,
        }
    }

    /// The daemon's end of a stream to the session bus, which sees to it that messages are ones.
    pub fn bus(wire: W, user: User, gate: Arc<dyn Gate>) -> Self {
        Self {
            wire,
            user,
            max_read: MAX_MESSAGE,
            max_write: MAX_ANSWER,
            gate: Some(gate),
            is_served: false,
        }
    }
}

/// The half that is read from.
pub struct Reader<W> {
    wire: Arc<W>,
    user: User,
    max: usize,
    gate: Option<Arc<dyn Gate>>,
    client: Option<Client>,
}

/// What is known of a client of ours, which may send anything.
#[derive(Default)]
struct Client {
    handshake: Handshake,
    /// What has come already behind the handshake.
    rest: Vec<u8>,
    message: Incoming,
}

/// The half that is written to.
pub struct Writer<W> {
    wire: Arc<W>,
    max: usize,
    gate: Option<Arc<dyn Gate>>,
}

impl<W> fmt::Debug for Reader<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl<W> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl<W: Wire> Socket for Stream<W> {
    type ReadHalf = Reader<W>;
    type WriteHalf = Writer<W>;

    fn split(self) -> Split<Reader<W>, Writer<W>> {
        let wire = Arc::new(self.wire);
        Split::new(
            Reader {
                wire: Arc::clone(&wire),
                user: self.user,
                max: self.max_read,
                gate: self.gate.clone(),
                client: self.is_served.then(Client::default),
            },
            Writer {
                wire,
                max: self.max_write,
                gate: self.gate,
            },
        )
    }
}

impl<W: Wire> Reader<W> {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // zbus asks for the rest of a message at once, so the room that it offers is its length.
        check(buffer, self.max, io::ErrorKind::InvalidData)?;
        if let Some(client) = &mut self.client
            && !client.handshake.is_done(buffer.len(), &mut client.rest)?
        {
            let read = self.wire.read(buffer).await?;
            return client.handshake.take(&buffer[..read]);
        }
        if let Some(gate) = &self.gate {
            // What was read last comes first: until it is under way the gate knows nothing of it.
            tokio::task::yield_now().await;
            tokio::select! {
                biased;
                () = gate.open() => {}
                // Nobody is there to take the answers any more, which the gate waits for.
                () = self.wire.gone() => return Ok(0),
            }
        }
        let read = match &mut self.client {
            Some(client) => client.read(self.wire.as_ref(), buffer, self.max).await?,
            None => self.wire.read(buffer).await?,
        };
        if let Some(gate) = &self.gate {
            gate.passed(read);
        }
        Ok(read)
    }
}

impl Client {
    /// Reads a part of a message, which has to be complete in time.
    async fn read(&mut self, wire: &impl Wire, buffer: &mut [u8], max: usize) -> io::Result<usize> {
        let read = if self.rest.is_empty() {
            match self.message.deadline() {
                None => wire.read(buffer).await?,
                Some(end) => tokio::time::timeout_at(end, wire.read(buffer)).await??,
            }
        } else {
            let length = buffer.len().min(self.rest.len());
            buffer[..length].copy_from_slice(&self.rest[..length]);
            self.rest.drain(..length);
            length
        };
        self.message.came(&buffer[..read], max)?;
        Ok(read)
    }
}

#[async_trait]
impl<W: Wire> socket::ReadHalf for Reader<W> {
    #[cfg(unix)]
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        Ok((self.read(buffer).await?, Vec::new()))
    }

    #[cfg(not(unix))]
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read(buffer).await
    }

    async fn peer_credentials(&mut self) -> io::Result<ConnectionCredentials> {
        Ok(credentials(&self.user))
    }
}

#[async_trait]
impl<W: Wire> socket::WriteHalf for Writer<W> {
    async fn sendmsg(
        &mut self,
        buffer: &[u8],
        #[cfg(unix)] _fds: &[BorrowedFd<'_>],
    ) -> io::Result<usize> {
        // The other end would close the connection without a word.
        check(buffer, self.max, io::ErrorKind::InvalidInput)?;
        let Some(gate) = &self.gate else {
            return self.wire.write(buffer).await;
        };
        let sending = Sending::begin(gate.as_ref());
        let written = self.wire.write(buffer).await;
        drop(sending);
        gate.passed(written.as_ref().copied().unwrap_or(0));
        written
    }

    async fn close(&mut self) -> io::Result<()> {
        self.wire.shut()
    }
}

/// Something is being sent, also if whoever sends it gives up.
struct Sending<'g>(&'g dyn Gate);

impl<'g> Sending<'g> {
    fn begin(gate: &'g dyn Gate) -> Self {
        gate.sending(true);
        Self(gate)
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.0.sending(false);
    }
}

fn check(buffer: &[u8], max: usize, kind: io::ErrorKind) -> io::Result<()> {
    if buffer.len() > max {
        return Err(io::Error::new(kind, "the message is too long"));
    }
    Ok(())
}
