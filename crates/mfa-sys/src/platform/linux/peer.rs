//! Who is at the other end of a Unix socket, as the kernel saw it when the connection was made.

use std::io;
use std::os::fd::AsFd;

pub use super::super::unix::User;

/// The process at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its user.
    pub user: User,
    /// Its process id.
    pub pid: u32,
}

/// Asks the kernel for the other end of a connected Unix socket.
///
/// # Errors
/// What the kernel says.
pub fn of(socket: impl AsFd) -> io::Result<Peer> {
    let credentials = rustix::net::sockopt::socket_peercred(socket)?;
    Ok(Peer {
        user: User::from_uid(credentials.uid.as_raw()),
        pid: credentials.pid.as_raw_nonzero().get().unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_socket_pair_is_our_own_peer() {
        let (one, _other) = UnixStream::pair().unwrap();
        assert_eq!(
            of(&one).unwrap(),
            Peer {
                user: User::own(),
                pid: std::process::id()
            }
        );
    }
}
