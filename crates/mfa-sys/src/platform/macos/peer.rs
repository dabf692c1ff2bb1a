//! The process at the other end of a Unix socket, as the kernel recorded it when the connection was made.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

pub use super::super::unix::User;

/// The process at the other end of a socket.
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

    /// Returns the process as it is: this system has no handles of processes.
    #[must_use]
    pub fn with_handle(self, _: Option<OwnedFd>) -> Self {
        self
    }

    /// Returns false: this system does not say whether the process has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        false
    }
}

/// Returns the process at the other end of a connected Unix socket.
///
/// # Errors
/// An error of the kernel.
#[expect(
    unsafe_code,
    reason = "getpeereid and getsockopt write through raw pointers"
)]
pub fn of(socket: impl AsFd) -> io::Result<Peer> {
    let socket = socket.as_fd().as_raw_fd();
    let (mut uid, mut gid) = (0, 0);
    // SAFETY: the descriptor is borrowed, so it is open. Both pointers are to live integers of the types that
    // are written.
    if unsafe { libc::getpeereid(socket, &raw mut uid, &raw mut gid) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let mut pid: libc::pid_t = 0;
    let mut length: libc::socklen_t = 4;
    // SAFETY: as above. The length is that of the process id.
    let asked = unsafe {
        libc::getsockopt(
            socket,
            libc::SOL_LOCAL,
            libc::LOCAL_PEERPID,
            (&raw mut pid).cast(),
            &raw mut length,
        )
    };
    if asked != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Peer {
        user: User::from_uid(uid),
        pid: pid.unsigned_abs(),
    })
}
