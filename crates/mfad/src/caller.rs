//! Finds out who is asking.
//!
//! The kernel names the process at the other end of the private connection, the bus daemon names the
//! one behind a message on the bus. What that process runs is then asked of the kernel, between
//! two looks at when it was started, so that a process id that changed hands in between is noticed.
//!
//! A program may ask and turn into another one before anybody looks. So the process of a private
//! connection is looked at when it connects, when it asks, and when it is answered: one that has
//! changed before it asks is unknown, and one that changes afterwards gets no code.

use std::ops::Deref;
use std::sync::Arc;

use futures_util::StreamExt;
use mfa_core::access::{Caller, Executable, Transport};
use mfa_ipc::Error;
use mfa_sys::peer::{Peer, User};
use mfa_sys::process;
use zbus::message::Header;
use zbus::names::UniqueName;
use zbus::{MatchRule, MessageStream};

use crate::limits::{BusCall, Limits, Process};
use crate::platform;
use crate::service::request::From;

/// The process at the other end of a private connection, as it was when it connected.
#[derive(Clone, Debug)]
pub struct Known {
    peer: Peer,
    caller: Caller,
}

impl Known {
    /// Looks at a process that has just connected.
    #[must_use]
    pub fn new(peer: Peer) -> Self {
        let caller = identify(&peer, Transport::Private);
        Self { peer, caller }
    }

    /// What it was.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What it is now. If it is not what it was, nobody knows what it is.
    fn look_again(&self) -> Caller {
        let executable = executable(&self.peer);
        // Looked at last: the same process had the id until now.
        let is_same = !self.peer.has_ended()
            && process::start_time(self.peer.pid).unwrap_or(0) == self.caller.start_time;
        let executable = if is_same && executable == self.caller.executable {
            executable
        } else {
            Executable::Unreadable
        };
        Caller {
            executable,
            ..self.caller.clone()
        }
    }
}

/// The other end of a connection.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A private connection: one process, known since it connected.
    Private {
        /// What it was then.
        known: Known,
        /// What it has under way.
        process: Arc<Process>,
    },
    /// The session bus: any process, known by the name that the bus gave it.
    SessionBus {
        /// What all of them have under way.
        limits: Limits,
    },
}

/// Who has asked, for as long as it is answered.
#[derive(Debug)]
pub(crate) struct Asking {
    from: From,
    _call: Option<BusCall>,
}

impl Deref for Asking {
    type Target = From;

    fn deref(&self) -> &From {
        &self.from
    }
}

impl Origin {
    /// Who sent a message, and whether it allows a prompt.
    pub(crate) async fn from(
        &self,
        header: &Header<'_>,
        connection: &zbus::Connection,
    ) -> Result<Asking, Error> {
        let (caller, process, call) = match self {
            Self::Private { known, process } => (known.look_again(), Arc::clone(process), None),
            Self::SessionBus { limits } => {
                let sender = header.sender().ok_or_else(unknown)?;
                let call = limits.bus_call(sender).ok_or_else(too_much)?;
                let peer = peer(header, connection).await?;
                let caller = identify(&peer, Transport::SessionBus);
                let process = limits.process(&caller);
                (caller, process, Some(call))
            }
        };
        let flags = header.primary().flags();
        let interactive = flags.contains(zbus::message::Flags::ALLOW_INTERACTIVE_AUTH);
        Ok(Asking {
            from: From {
                caller,
                interactive,
                process,
            },
            _call: call,
        })
    }

    /// Looks whether who has asked is still the same program, before it gets what it asked for.
    ///
    /// # Errors
    /// `AccessDenied` if it is not.
    pub(crate) fn check(&self, asking: &Asking) -> Result<(), Error> {
        let asked = &asking.from.caller;
        let now = match self {
            Self::Private { known, .. } => known.look_again(),
            Self::SessionBus { .. } => {
                let peer = Peer::new(User::own(), asked.pid);
                identify(&peer, Transport::SessionBus)
            }
        };
        if now == *asked {
            return Ok(());
        }
        tracing::warn!(caller = %asked, "refused a code: the program that asked has turned into another one");
        let text = "the program that asked has ended or turned into another one";
        Err(Error::AccessDenied(text.into()))
    }

    /// Resolves once nobody waits for the answer to a message on the session bus any more. What a
    /// private connection has under way ends with it anyhow.
    pub(crate) async fn gone(&self, header: &Header<'_>, connection: &zbus::Connection) {
        if let (Self::SessionBus { .. }, Some(sender)) = (self, header.sender())
            && left(sender, connection).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Resolves when a sender has left the session bus.
async fn left(sender: &UniqueName<'_>, connection: &zbus::Connection) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .sender("org.freedesktop.DBus")
        .interface("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .arg(0, sender.as_str())
        .build()?;
    let mut changes = MessageStream::for_match_rule(rule, connection, None).await?;
    let bus = zbus::fdo::DBusProxy::new(connection).await?;
    // It may have left before we listened. A unique name is never used again.
    if bus.name_has_owner(sender.clone().into()).await? {
        changes.next().await;
    }
    Ok(())
}

fn unknown() -> Error {
    Error::AccessDenied("the bus does not say who is asking".into())
}

fn too_much() -> Error {
    Error::LimitsExceeded("too many requests of this program at once".into())
}

/// Asks the bus which process has sent a message.
async fn peer(header: &Header<'_>, connection: &zbus::Connection) -> Result<Peer, Error> {
    let name = header.sender().ok_or_else(unknown)?;
    let bus = zbus::fdo::DBusProxy::new(connection).await?;
    let credentials = bus
        .get_connection_credentials(name.into())
        .await
        .map_err(|_| unknown())?;
    let user = platform::user(&credentials).ok_or_else(unknown)?;
    let pid = credentials.process_id().ok_or_else(unknown)?;
    if user == User::own() {
        Ok(Peer::new(user, pid))
    } else {
        Err(unknown())
    }
}

fn identify(peer: &Peer, transport: Transport) -> Caller {
    let before = process::start_time(peer.pid);
    let executable = executable(peer);
    let is_same = before == process::start_time(peer.pid);
    Caller {
        pid: peer.pid,
        start_time: before.unwrap_or(0),
        executable: if is_same {
            executable
        } else {
            Executable::Unreadable
        },
        transport,
    }
}

fn executable(peer: &Peer) -> Executable {
    process::executable(peer.pid).map_or(Executable::Unreadable, Executable::Path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_know_ourselves() {
        let peer = Peer::new(User::own(), std::process::id());
        let caller = identify(&peer, Transport::Private);
        assert_eq!(
            caller.executable,
            Executable::Path(std::env::current_exe().unwrap())
        );
        assert!(caller.start_time > 0);
    }

    #[test]
    fn a_process_that_is_gone_is_no_program() {
        let caller = identify(&Peer::new(User::own(), u32::MAX), Transport::SessionBus);
        assert_eq!(caller.executable, Executable::Unreadable);
    }
}
