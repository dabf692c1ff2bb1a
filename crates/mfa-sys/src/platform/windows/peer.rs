//! Who is at the other end of a named pipe.

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle};

use windows_sys::Win32::System::Pipes::GetNamedPipeClientProcessId;

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

/// The user that a pipe belongs to, for its client. A pipe that was made with fewer rights than
/// ours, as by a program in a sandbox, belongs to nobody.
///
/// # Errors
/// What the system says; `PermissionDenied` if it belongs to nobody.
pub fn owner(pipe: impl AsHandle) -> io::Result<User> {
    security::owner(pipe.as_handle())
}
