//! The named pipe. Each connection takes one instance of it. The next instance is created before that
//! connection is served, so that the name is never free for another program.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use mfa_ipc::endpoint;
use mfa_sys::pipe;
use tokio::net::windows::named_pipe::NamedPipeServer;

/// A connection.
pub(crate) type Connected = NamedPipeServer;

/// The instance that waits for the next client.
#[derive(Debug)]
pub(crate) struct Endpoint {
    name: PathBuf,
    next: Mutex<Option<NamedPipeServer>>,
}

impl Endpoint {
    /// Creates the pipe, which must not exist yet.
    pub(crate) fn new() -> io::Result<Self> {
        let name = endpoint::socket();
        let first = pipe::create(&name, true)?;
        Ok(Self {
            name,
            next: Mutex::new(Some(first)),
        })
    }

    pub(crate) async fn accept(&self) -> io::Result<Connected> {
        loop {
            let waiting = self.next(None);
            let waiting = match waiting {
                Some(waiting) => waiting,
                None => pipe::create(&self.name, false)?,
            };
            let connected = waiting.connect().await;
            // If this fails, the next call tries again and may report the error.
            self.next(pipe::create(&self.name, false).ok());
            match connected {
                // The client is gone already.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(waiting),
            }
        }
    }

    /// Puts another instance in place, and returns the one that was there.
    fn next(&self, next: Option<NamedPipeServer>) -> Option<NamedPipeServer> {
        let mut place = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, next)
    }
}

/// Returns whether connections can be accepted again in a moment.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    /// `ERROR_NO_SYSTEM_RESOURCES`
    const SHORT: i32 = 1450;
    use io::ErrorKind::{Interrupted, OutOfMemory, WouldBlock};
    matches!(error.kind(), Interrupted | OutOfMemory | WouldBlock)
        || error.raw_os_error() == Some(SHORT)
}
