//! What a connection runs on: a socket or a pipe that is read and written at the same time.

use std::io;

/// A connected stream of bytes.
pub trait Wire: Send + Sync + 'static {
    /// Reads what is there, at least one byte; nothing once the other end has closed.
    fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Writes as much as the other end takes, at least one byte.
    fn write(&self, bytes: &[u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Says that nothing more will be written.
    ///
    /// # Errors
    /// What the system says.
    fn shut(&self) -> io::Result<()>;

    /// Resolves once the other end is gone, although there may be something left to read. Never, where
    /// the system does not tell.
    fn gone(&self) -> impl Future<Output = ()> + Send;
}
