//! The process at the other end of a named pipe.

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle};

use windows_sys::Win32::System::Pipes::{GetNamedPipeClientProcessId, GetNamedPipeServerProcessId};

pub use super::user::User;
use super::{process, security, worked};

/// The process at the other end of a pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The user of the process.
    pub user: User,
    /// The process id.
    pub pid: u32,
}

impl Peer {
    /// Returns a process that is known by its id alone.
    #[must_use]
    pub fn new(user: User, pid: u32) -> Self {
        Self { user, pid }
    }

    /// Returns false. As far as is known, Windows does not reuse a process id while that client has a pipe
    /// open, so no check is needed.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        false
    }
}

/// Returns the client of a pipe that [`super::pipe::create`] has made.
///
/// # Errors
/// An error of the system.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn of(pipe: impl AsHandle) -> io::Result<Peer> {
    let mut pid = 0;
    // SAFETY: the handle is borrowed, so it is open. The pointer is to a live integer.
    worked(unsafe { GetNamedPipeClientProcessId(pipe.as_handle().as_raw_handle(), &raw mut pid) })?;
    let user = match process::open(pid).and_then(User::of) {
        // A client with more privileges than ours cannot be inspected. It belongs to our user, since the pipe
        // itself refuses all others.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => User::own(),
        user => user?,
    };
    Ok(Peer { user, pid })
}

/// Returns the process that serves a pipe. For the client.
///
/// # Errors
/// An error of the system.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn server(pipe: impl AsHandle) -> io::Result<u32> {
    let mut pid = 0;
    // SAFETY: the handle is borrowed, so it is open. The pointer is to a live integer.
    worked(unsafe { GetNamedPipeServerProcessId(pipe.as_handle().as_raw_handle(), &raw mut pid) })?;
    Ok(pid)
}

/// Returns the user that a pipe belongs to. For the client. A pipe that was made with fewer privileges than
/// ours, such as by a program in a sandbox, belongs to nobody.
///
/// # Errors
/// An error of the system, or `PermissionDenied` if the pipe belongs to nobody.
pub fn owner(pipe: impl AsHandle) -> io::Result<User> {
    security::owner(pipe.as_handle())
}
