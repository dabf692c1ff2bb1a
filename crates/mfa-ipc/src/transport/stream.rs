//! D-Bus over a [`Wire`], for both ends of a private connection.
//!
//! zbus has sockets of its own, but none for a named pipe. Each served connection costs them a thread and a
//! read of `/etc/passwd`, for groups that nothing uses. This stream is given the user at the other end,
//! passes no file descriptors, and reads only as much as a [`Gate`] allows. zbus would read and reply as fast
//! as a client writes, even if that client does not read the replies.

use std::fmt;
use std::io;
#[cfg(unix)]
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mfa_sys::peer::User;
use zbus::connection::socket::{self, Socket, Split};
use zbus::fdo::ConnectionCredentials;

use super::Wire;
use super::handshake::Handshake;
use super::incoming::Incoming;
use crate::platform::transport::credentials;

/// The maximum size of a request to the daemon, in bytes. An account has a few hundred bytes.
const MAX_REQUEST: usize = 256 * 1024;
/// The maximum size of a reply to a client, in bytes: a list of tens of thousands of accounts.
const MAX_ANSWER: usize = 64 * 1024 * 1024;
/// The maximum size of a D-Bus message, in bytes (D-Bus specification, “Message Format”). The daemon accepts
/// any message that the session bus delivers, because closing that connection would end the daemon.
const MAX_MESSAGE: usize = 128 * 1024 * 1024;

/// Holds back a connection that has too much work in progress.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// Waits until more may be read.
    async fn open(&self);

    /// Reports that sending began or ended. A client that does not read its replies is not read from.
    fn sending(&self, sending: bool);

    /// Reports the number of bytes that were read or written.
    fn passed(&self, bytes: usize);

    /// Returns the time for which the other end may read nothing of what is sent, or `None` for no limit.
    fn patience(&self) -> Option<Duration> {
        None
    }

    /// Reports that the other end read nothing during that time.
    fn stuck(&self) {}
}

/// A stream with a known user at the other end.
pub struct Stream<W> {
    wire: W,
    user: User,
    max_read: usize,
    max_write: usize,
    gate: Option<Arc<dyn Gate>>,
    is_served: bool,
}

impl<W> Stream<W> {
    /// Creates the client's end of a connected stream, with the user at the other end.
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

    /// Creates the daemon's end of a connected stream, with the user at the other end.
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

    /// Creates the daemon's end of a stream to the session bus. The bus passes only well-formed messages.
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

/// The reading half.
pub struct Reader<W> {
    wire: Arc<W>,
    user: User,
    max: usize,
    gate: Option<Arc<dyn Gate>>,
    client: Option<Client>,
}

/// The state of a client of the daemon, which may send anything.
#[derive(Default)]
struct Client {
    handshake: Handshake,
    /// The bytes that arrived after the handshake.
    rest: Vec<u8>,
    message: Incoming,
}

/// The writing half.
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
        // zbus asks for the rest of a message at once, so the length of the buffer is that of the message.
        check(buffer, self.max, io::ErrorKind::InvalidData)?;
        if let Some(client) = &mut self.client
            && !client.handshake.is_done(buffer.len(), &mut client.rest)?
        {
            let read = self.wire.read(buffer).await?;
            return client.handshake.take(&buffer[..read]);
        }
        if let Some(gate) = &self.gate {
            // Let the last message be processed first: the gate does not know it before.
            tokio::task::yield_now().await;
            tokio::select! {
                biased;
                () = gate.open() => {}
                // The gate waits for replies to be read, but the client is gone.
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
    /// Reads a part of a message, which must be complete in time.
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
        // The other end would close the connection without an error.
        check(buffer, self.max, io::ErrorKind::InvalidInput)?;
        let Some(gate) = &self.gate else {
            return self.wire.write(buffer).await;
        };
        let sending = Sending::begin(gate.as_ref());
        let writing = self.wire.write(buffer);
        let written = match gate.patience() {
            None => writing.await,
            Some(patience) => match tokio::time::timeout(patience, writing).await {
                Ok(written) => written,
                Err(elapsed) => {
                    gate.stuck();
                    Err(elapsed.into())
                }
            },
        };
        drop(sending);
        gate.passed(written.as_ref().copied().unwrap_or(0));
        written
    }

    async fn close(&mut self) -> io::Result<()> {
        self.wire.shut()
    }
}

/// Reports that sending is in progress, and ends that even if the sending task is dropped.
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
