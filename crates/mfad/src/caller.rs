//! Finds out who is asking.
//!
//! The kernel names the process at the other end of the private connection, the bus daemon names the
//! one behind a message on the bus. What that process runs is then asked of the kernel, between
//! two looks at when it was started, so that a process id that changed hands in between is noticed.

use mfa_core::access::{Caller, Executable, Transport};
use mfa_ipc::Error;
use mfa_sys::peer::{Peer, User};
use mfa_sys::process;
use zbus::message::Header;

use crate::platform;
use crate::service::request::From;

/// The other end of a connection.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A private connection: one process, known since it connected.
    Private {
        /// The process.
        peer: Peer,
        /// When it was started.
        start_time: u64,
    },
    /// The session bus: any process, known by the name that the bus gave it.
    SessionBus,
}

impl Origin {
    /// A private connection from `peer`.
    #[must_use]
    pub fn private(peer: Peer) -> Self {
        Self::Private {
            start_time: process::start_time(peer.pid).unwrap_or(0),
            peer,
        }
    }

    /// Who sent a message, and whether it allows a prompt.
    pub(crate) async fn from(
        &self,
        header: &Header<'_>,
        connection: &zbus::Connection,
    ) -> Result<From, Error> {
        let caller = match self {
            Self::Private { peer, start_time } => {
                let mut caller = identify(peer, Transport::Private);
                if caller.start_time != *start_time {
                    // The process that connected is no more; what has its id now is another one.
                    caller.executable = Executable::Unreadable;
                }
                caller
            }
            Self::SessionBus => identify(&sender(header, connection).await?, Transport::SessionBus),
        };
        let flags = header.primary().flags();
        let interactive = flags.contains(zbus::message::Flags::ALLOW_INTERACTIVE_AUTH);
        Ok(From {
            caller,
            interactive,
        })
    }
}

/// Asks the bus which process has sent a message.
async fn sender(header: &Header<'_>, connection: &zbus::Connection) -> Result<Peer, Error> {
    let unknown = || Error::AccessDenied("the bus does not say who is asking".into());
    let name = header.sender().ok_or_else(unknown)?;
    let bus = zbus::fdo::DBusProxy::new(connection).await?;
    let credentials = bus
        .get_connection_credentials(name.into())
        .await
        .map_err(|_| unknown())?;
    let user = platform::user(&credentials).ok_or_else(unknown)?;
    let pid = credentials.process_id().ok_or_else(unknown)?;
    if user == User::own() {
        Ok(Peer { user, pid })
    } else {
        Err(unknown())
    }
}

fn identify(peer: &Peer, transport: Transport) -> Caller {
    let before = process::start_time(peer.pid);
    let executable = process::executable(peer.pid);
    let after = process::start_time(peer.pid);
    let executable = match executable {
        Some(path) if before == after => Executable::Path(path),
        _ => Executable::Unreadable,
    };
    Caller {
        pid: peer.pid,
        start_time: before.unwrap_or(0),
        executable,
        transport,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_know_ourselves() {
        let peer = Peer {
            user: User::own(),
            pid: std::process::id(),
        };
        let caller = identify(&peer, Transport::Private);
        assert_eq!(
            caller.executable,
            Executable::Path(std::env::current_exe().unwrap())
        );
        assert!(caller.start_time > 0);
    }

    #[test]
    fn a_process_that_is_gone_is_no_program() {
        let caller = identify(
            &Peer {
                user: User::own(),
                pid: u32::MAX,
            },
            Transport::SessionBus,
        );
        assert_eq!(caller.executable, Executable::Unreadable);
    }
}
