//! D-Bus over any stream of tokio, on both sides of a private connection.
//!
//! zbus brings sockets of its own. Serving one costs a thread and a look into `/etc/passwd` for
//! each connection, to learn groups that nobody asks for; and it has none for a named pipe. This
//! one is told who is at the other end, and passes no file descriptors.

use std::fmt;
use std::io;
#[cfg(unix)]
use std::os::fd::{BorrowedFd, OwnedFd};

use async_trait::async_trait;
use mfa_sys::peer::User;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use zbus::connection::socket::{self, Socket, Split};
use zbus::fdo::ConnectionCredentials;

use crate::platform::transport::credentials;

/// The longest request that the daemon takes, in bytes; an account is a few hundred.
const MAX_REQUEST: usize = 256 * 1024;
/// The longest answer that a client takes: a list of tens of thousands of accounts.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// A stream whose other end is known.
pub struct Stream<S> {
    stream: S,
    user: User,
    max_read: usize,
    max_write: usize,
}

impl<S> Stream<S> {
    /// The client's end of a connected stream, with the user at its other end.
    pub fn client(stream: S, user: User) -> Self {
        Self {
            stream,
            user,
            max_read: MAX_ANSWER,
            max_write: MAX_REQUEST,
        }
    }

    /// The daemon's end of a connected stream, with the user at its other end.
    pub fn daemon(stream: S, user: User) -> Self {
        Self {
            stream,
            user,
            max_read: MAX_REQUEST,
            max_write: MAX_ANSWER,
        }
    }
}

/// The half that is read from.
pub struct Reader<S> {
    half: ReadHalf<S>,
    user: User,
    max_read: usize,
}

/// The half that is written to.
pub struct Writer<S> {
    half: WriteHalf<S>,
    max_write: usize,
}

impl<S> fmt::Debug for Reader<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl<S> fmt::Debug for Writer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + 'static> Socket for Stream<S> {
    type ReadHalf = Reader<S>;
    type WriteHalf = Writer<S>;

    fn split(self) -> Split<Reader<S>, Writer<S>> {
        let (read, write) = tokio::io::split(self.stream);
        Split::new(
            Reader {
                half: read,
                user: self.user,
                max_read: self.max_read,
            },
            Writer {
                half: write,
                max_write: self.max_write,
            },
        )
    }
}

impl<S: AsyncRead> Reader<S> {
    /// zbus asks for the rest of a message at once, so the room that it offers is its length.
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.len() > self.max_read {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the message is too long",
            ));
        }
        self.half.read(buffer).await
    }
}

#[async_trait]
impl<S: AsyncRead + Send + Sync + 'static> socket::ReadHalf for Reader<S> {
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
impl<S: AsyncWrite + Send + Sync + 'static> socket::WriteHalf for Writer<S> {
    async fn sendmsg(
        &mut self,
        buffer: &[u8],
        #[cfg(unix)] _fds: &[BorrowedFd<'_>],
    ) -> io::Result<usize> {
        // The other end would close the connection without a word.
        if buffer.len() > self.max_write {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the message is too long",
            ));
        }
        self.half.write(buffer).await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.half.shutdown().await
    }
}
