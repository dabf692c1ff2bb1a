//! The stream below a connection: a socket or a pipe that can be read and written at the same time.

use std::io;

/// A connected stream of bytes.
pub trait Wire: Send + Sync + 'static {
    /// Reads the available bytes, at least one. Returns 0 once the other end has closed.
    fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Writes as much as the other end accepts, at least one byte.
    fn write(&self, bytes: &[u8]) -> impl Future<Output = io::Result<usize>> + Send;

    /// Closes the sending side.
    ///
    /// # Errors
    /// Errors of the system.
    fn shut(&self) -> io::Result<()>;

    /// Waits until the other end is gone, even if there are bytes left to read. Never returns on
    /// systems that do not report this.
    fn gone(&self) -> impl Future<Output = ()> + Send;
}
