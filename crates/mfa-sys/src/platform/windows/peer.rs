//! The process at the other end of a named pipe.

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle};
use std::sync::Arc;

use windows_sys::Win32::System::Pipes::{GetNamedPipeClientProcessId, GetNamedPipeServerProcessId};

use super::process::Process;
pub use super::user::User;
use super::{security, worked};

/// The process at the other end of a pipe.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The user of the process.
    pub user: User,
    /// The process id.
    pub pid: u32,
    /// A handle of the process, as long as which its id stands for no other one. A process with more privileges than
    /// ours gives none.
    process: Option<Arc<Process>>,
}

impl Peer {
    /// Returns a process that is known by its id alone.
    #[must_use]
    pub fn new(user: User, pid: u32) -> Self {
        Self {
            user,
            pid,
            process: None,
        }
    }

    /// Checks whether the process is known to have ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.process
            .as_ref()
            .is_some_and(|process| process.has_ended())
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
    // A client with more privileges than ours cannot be inspected. It belongs to our user, since the pipe itself refuses
    // all others.
    let is_refused = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let process = match Process::open(pid) {
        Err(error) if is_refused(&error) => None,
        process => Some(Arc::new(process?)),
    };
    let user = match process.as_ref().map(|process| process.user()) {
        None => User::own(),
        Some(Err(error)) if is_refused(&error) => User::own(),
        Some(user) => user?,
    };
    Ok(Peer { user, pid, process })
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
