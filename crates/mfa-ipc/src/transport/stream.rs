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
    daemon: Option<Arc<dyn Gate>>,
}

impl<W> Stream<W> {
    /// The client's end of a connected stream, with the user at its other end.
    pub fn client(wire: W, user: User) -> Self {
        Self {
            wire,
            user,
            daemon: None,
        }
    }

    /// The daemon's end of a connected stream, with the user at its other end.
    pub fn daemon(wire: W, user: User, gate: Arc<dyn Gate>) -> Self {
        Self {
            wire,
            user,
            daemon: Some(gate),
        }
    }
}

/// The half that is read from.
pub struct Reader<W> {
    wire: Arc<W>,
    user: User,
    daemon: Option<Guarded>,
}

/// What the daemon looks at before it reads.
struct Guarded {
    gate: Arc<dyn Gate>,
    handshake: Handshake,
    /// What has come already behind the handshake.
    rest: Vec<u8>,
    message: Incoming,
}

/// The half that is written to.
pub struct Writer<W> {
    wire: Arc<W>,
    daemon: Option<Arc<dyn Gate>>,
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
        let guarded = |gate: &Arc<dyn Gate>| Guarded {
            gate: Arc::clone(gate),
            handshake: Handshake::default(),
            rest: Vec::new(),
            message: Incoming::default(),
        };
        Split::new(
            Reader {
                wire: Arc::clone(&wire),
                user: self.user,
                daemon: self.daemon.as_ref().map(guarded),
            },
            Writer {
                wire,
                daemon: self.daemon,
            },
        )
    }
}

impl<W: Wire> Reader<W> {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(daemon) = &mut self.daemon else {
            check(buffer, MAX_ANSWER, io::ErrorKind::InvalidData)?;
            return self.wire.read(buffer).await;
        };
        // zbus asks for the rest of a message at once, so the room that it offers is its length.
        check(buffer, MAX_REQUEST, io::ErrorKind::InvalidData)?;
        if !daemon.handshake.is_done(buffer.len(), &mut daemon.rest)? {
            let read = self.wire.read(buffer).await?;
            return daemon.handshake.take(&buffer[..read]);
        }
        // What was read last comes first: until it is under way the gate knows nothing of it.
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            () = daemon.gate.open() => {}
            // Nobody is there to take the answers any more, which the gate waits for.
            () = self.wire.gone() => return Ok(0),
        }
        if !daemon.rest.is_empty() {
            let length = buffer.len().min(daemon.rest.len());
            buffer[..length].copy_from_slice(&daemon.rest[..length]);
            daemon.rest.drain(..length);
            daemon.message.came(&buffer[..length], MAX_REQUEST)?;
            return Ok(length);
        }
        let read = match daemon.message.deadline() {
            None => self.wire.read(buffer).await?,
            Some(end) => tokio::time::timeout_at(end, self.wire.read(buffer)).await??,
        };
        daemon.message.came(&buffer[..read], MAX_REQUEST)?;
        daemon.gate.passed(read);
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
        let Some(gate) = &self.daemon else {
            check(buffer, MAX_REQUEST, io::ErrorKind::InvalidInput)?;
            return self.wire.write(buffer).await;
        };
        check(buffer, MAX_ANSWER, io::ErrorKind::InvalidInput)?;
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
