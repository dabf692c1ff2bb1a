//! OpenVPN has no management socket on Windows, only a TCP port, where any user could be listening.

use std::io;
use std::path::Path;
use std::time::Duration;

/// There is no connection.
pub(crate) enum Local {}

impl Local {
    /// Refuses.
    pub(crate) fn connect(_path: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Is never called.
    pub(crate) fn read(&mut self, _buffer: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        match *self {}
    }

    /// Is never called.
    pub(crate) fn write(&mut self, _bytes: &[u8]) -> io::Result<()> {
        match *self {}
    }
}
