//! Who is at the other end of a named pipe.

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle};

use windows_sys::Win32::System::Pipes::{GetNamedPipeClientProcessId, GetNamedPipeServerProcessId};

pub use super::user::User;
use super::{process, security, worked};

/// The process at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its user.
    pub user: User,
    /// Its process id.
    pub pid: u32,
}

impl Peer {
    /// A process that is known by its id alone.
    #[must_use]
    pub fn new(user: User, pid: u32) -> Self {
        Self { user, pid }
    }

    /// Whether the process is known to have ended. A process id is not used again while a pipe is
    /// open whose client it is, as far as is known, so nobody looks.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        false
    }
}

/// Asks for the client of a pipe that [`super::pipe::create`] has made.
///
/// # Errors
/// What the system says.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn of(pipe: impl AsHandle) -> io::Result<Peer> {
    let mut pid = 0;
    // SAFETY: the handle is borrowed, so it is open; the pointer is to a live integer.
    worked(unsafe { GetNamedPipeClientProcessId(pipe.as_handle().as_raw_handle(), &raw mut pid) })?;
    let user = match process::open(pid).and_then(User::of) {
        // A client with more rights than ours does not let us look. That it is ours is what the
        // pipe itself sees to, which nobody else can open.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => User::own(),
        user => user?,
    };
    Ok(Peer { user, pid })
}

/// The process that serves a pipe, for its client.
///
/// # Errors
/// What the system says.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn server(pipe: impl AsHandle) -> io::Result<u32> {
    let mut pid = 0;
    // SAFETY: the handle is borrowed, so it is open; the pointer is to a live integer.
    worked(unsafe { GetNamedPipeServerProcessId(pipe.as_handle().as_raw_handle(), &raw mut pid) })?;
    Ok(pid)
}

/// The user that a pipe belongs to, for its client. A pipe that was made with fewer rights than
/// ours, as by a program in a sandbox, belongs to nobody.
///
/// # Errors
/// What the system says; `PermissionDenied` if it belongs to nobody.
pub fn owner(pipe: impl AsHandle) -> io::Result<User> {
    security::owner(pipe.as_handle())
}
