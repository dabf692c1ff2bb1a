//! The named pipe. Each connection takes an instance of it; the next one is there before that is
//! served, so that the name is never free for somebody else.

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
    /// Makes the pipe, which must not be there yet.
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
            // If that fails it is tried again by the next call, which may say so.
            self.next(pipe::create(&self.name, false).ok());
            match connected {
                // The client is gone already.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(waiting),
            }
        }
    }

    /// Leaves another instance there, and takes the one that was.
    fn next(&self, next: Option<NamedPipeServer>) -> Option<NamedPipeServer> {
        let mut place = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, next)
    }
}

/// Whether connections can be accepted again in a moment.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    /// `ERROR_NO_SYSTEM_RESOURCES`
    const SHORT: i32 = 1450;
    use io::ErrorKind::{Interrupted, OutOfMemory, WouldBlock};
    matches!(error.kind(), Interrupted | OutOfMemory | WouldBlock)
        || error.raw_os_error() == Some(SHORT)
}
