//! The process at the other end of a Unix socket, as the kernel recorded it when the connection was made.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use super::super::unix::User;

/// The process at the other end of a socket.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The user of the process.
    pub user: User,
    /// The process id, or 0 if the process is in a pid namespace that we cannot see.
    pub pid: u32,
    /// A handle that shows whether the process still exists, even if its id is used again. Kernels before 6.5
    /// have none for a socket, and older buses have none either.
    process: Option<Arc<OwnedFd>>,
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

    /// Returns the same process with its handle (pidfd), if there is one.
    #[must_use]
    pub fn with_handle(self, process: Option<OwnedFd>) -> Self {
        let process = process.map(Arc::new);
        Self { process, ..self }
    }

    /// Checks whether the process is known to have ended, so that its id may now stand for another one.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.process.as_ref().is_some_and(|process| {
            let now = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            // A pidfd becomes readable when its process has ended (pidfd_open(2)).
            let mut look = [PollFd::new(process, PollFlags::IN)];
            !matches!(poll(&mut look, Some(&now)), Ok(0))
        })
    }
}

/// Returns the process at the other end of a connected Unix socket.
///
/// # Errors
/// An error of the kernel.
pub fn of(socket: impl AsFd) -> io::Result<Peer> {
    let socket = socket.as_fd();
    let nobody = libc::ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    // rustix cannot represent the pid 0 of a process that we cannot see.
    let found = option(socket, libc::SO_PEERCRED, nobody)?;
    Ok(Peer {
        user: User::from_uid(found.uid),
        pid: u32::try_from(found.pid).unwrap_or(0),
        process: process(socket).map(Arc::new),
    })
}

/// Returns a handle of the process.
#[expect(unsafe_code, reason = "the kernel hands out a bare descriptor")]
fn process(socket: BorrowedFd<'_>) -> Option<OwnedFd> {
    let number = option(socket, libc::SO_PEERPIDFD, -1).ok()?;
    // SAFETY: the kernel has just opened this descriptor for us, so no other code owns it.
    (number >= 0).then(|| unsafe { OwnedFd::from_raw_fd(number) })
}

/// Returns an option of a socket. `T` is the type that the kernel uses for it.
#[expect(unsafe_code, reason = "getsockopt writes through a raw pointer")]
fn option<T: Plain>(socket: BorrowedFd<'_>, name: i32, mut value: T) -> io::Result<T> {
    let mut length = libc::socklen_t::try_from(size_of::<T>()).map_err(io::Error::other)?;
    // SAFETY: the descriptor is borrowed, so it is open. The pointers are to live values, and the kernel
    // writes no more than `length` bytes. Any bytes are a valid `T`.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            name,
            (&raw mut value).cast(),
            &raw mut length,
        )
    };
    match result {
        0 => Ok(value),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A type for which any bytes are a valid value.
trait Plain {}
impl Plain for i32 {}
impl Plain for libc::ucred {}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_socket_pair_is_our_own_peer() {
        let (one, _other) = UnixStream::pair().unwrap();
        let peer = of(&one).unwrap();
        assert_eq!(
            (peer.user.clone(), peer.pid),
            (User::own(), std::process::id())
        );
        assert!(!peer.has_ended());
    }

    #[test]
    fn a_process_that_is_gone_is_known_to_be() {
        let path = std::env::temp_dir().join(format!("mfa-sys-peer-{}", std::process::id()));
        let listener = UnixListener::bind(&path).unwrap();
        let connect = "import socket, sys; s = socket.socket(socket.AF_UNIX); \
                       s.connect(sys.argv[1]); s.recv(1)";
        let mut child = Command::new("python3")
            .args(["-c", connect])
            .arg(&path)
            .spawn()
            .unwrap();
        let (stream, _) = listener.accept().unwrap();
        std::fs::remove_file(&path).unwrap();
        let peer = of(&stream).unwrap();
        assert_eq!(peer.pid, child.id());
        assert!(!peer.has_ended());
        drop(stream);
        child.wait().unwrap();
        // Older kernels do not report this.
        assert_eq!(peer.has_ended(), peer.process.is_some());
    }
}
