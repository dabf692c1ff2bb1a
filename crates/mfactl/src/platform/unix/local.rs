//! A socket of a program on this machine, to which secrets are sent.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use mfa_sys::peer::{self, User};

/// A connection to a program of this user or of root.
pub(crate) struct Local(UnixStream);

impl Local {
    /// Connects to a socket. Any other user could have put one of theirs there.
    pub(crate) fn connect(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        let user = peer::of(&stream)?.user;
        if user == User::own() || user == User::from_uid(0) {
            return Ok(Self(stream));
        }
        Err(io::Error::other("the socket belongs to another user"))
    }

    /// Reads what is there, and waits for that at most as long as this.
    pub(crate) fn read(&mut self, buffer: &mut [u8], wait: Option<Duration>) -> io::Result<usize> {
        self.0.set_read_timeout(wait)?;
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                result => return result,
            }
        }
    }

    /// Writes all of it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.set_write_timeout(Some(WRITING))?;
        self.0.write_all(bytes)
    }
}

/// How long the other program may take to read a line.
const WRITING: Duration = Duration::from_secs(10);
