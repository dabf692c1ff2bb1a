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
        let first = pipe::create(&name, true).map_err(taken)?;
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

/// Says what it means that a first instance cannot be made.
fn taken(error: io::Error) -> io::Error {
    /// `ERROR_PIPE_BUSY`
    const BUSY: i32 = 231;
    let is_taken =
        error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error() == Some(BUSY);
    match is_taken {
        true => io::Error::new(
            error.kind(),
            "another program has taken this name; end that program, or log off and on again",
        ),
        false => error,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_said_to_be() {
        let denied = taken(io::ErrorKind::PermissionDenied.into());
        let busy = taken(io::Error::from_raw_os_error(231));
        for error in [denied, busy] {
            let text = error.to_string();
            assert!(
                text.starts_with("another program has taken this name"),
                "{text}"
            );
        }
        let other = taken(io::Error::from_raw_os_error(2));
        assert_eq!(other.raw_os_error(), Some(2));
    }
}
