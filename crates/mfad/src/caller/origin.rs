//! The origin of requests: a private connection, which has one process, or the session bus, which has many.

use std::sync::Arc;

use futures_util::StreamExt;
use mfa_core::access::{Caller, Transport};
use mfa_ipc::Error;
use mfa_ipc::dict::Dict;
use mfa_sys::peer::{Peer, User};
use zbus::message::Header;
use zbus::names::UniqueName;
use zbus::{MatchRule, MessageStream};

use super::{Asker, Asking, Known, Witness, identify};
use crate::limits::{Limits, Process};
use crate::platform;
use crate::refusals::{too_many_of_program, unknown_program};

/// The other end of a connection.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A private connection: one process, known since it connected.
    Private {
        /// The process as it was then.
        known: Arc<Known>,
        /// The calls and connections of the process.
        process: Arc<Process>,
    },
    /// The session bus: any process, known by its unique name.
    SessionBus {
        /// The calls of all its processes.
        limits: Limits,
    },
}

/// A process on the session bus, as the bus names it.
pub(super) struct OnBus(pub(super) Peer);

impl Witness for OnBus {
    fn is_same(&self, caller: &Caller) -> bool {
        let now = identify(&self.0, Transport::SessionBus);
        // The handle is looked at last, so that the process had the same id until now.
        !self.0.has_ended()
            && now.start_time == caller.start_time
            && now.executable == caller.executable
            // An interpreter may run another script now.
            && now.who == caller.who
    }
}

impl Origin {
    /// Returns the sender of a message that has no options.
    pub(crate) async fn asker(
        &self,
        header: &Header<'_>,
        connection: &zbus::Connection,
    ) -> Result<Asking, Error> {
        let flags = header.primary().flags();
        let interactive = flags.contains(zbus::message::Flags::ALLOW_INTERACTIVE_AUTH);
        match self {
            Self::Private { known, process } => Ok(Asking {
                asker: Asker {
                    caller: known.look_again(),
                    interactive,
                    may_be_asked_about: interactive,
                    reason: None,
                    site: None,
                    action: None,
                    process: Arc::clone(process),
                    witness: Arc::<Known>::clone(known),
                },
                _places: None,
            }),
            Self::SessionBus { limits } => {
                let sender = header.sender().ok_or_else(unknown_program)?;
                let place = limits.bus_call(sender).ok_or_else(too_many_of_program)?;
                let peer = peer(header, connection).await?;
                let caller = identify(&peer, Transport::SessionBus);
                let process = limits.process(&caller);
                let of_process = process.call().ok_or_else(too_many_of_program)?;
                Ok(Asking {
                    asker: Asker {
                        interactive,
                        may_be_asked_about: interactive,
                        reason: None,
                        site: None,
                        action: None,
                        process,
                        witness: Arc::new(OnBus(peer)),
                        caller,
                    },
                    _places: Some((place, of_process)),
                })
            }
        }
    }

    /// Returns the sender of a message, and takes the options that every request may have.
    pub(crate) async fn asker_with(
        &self,
        header: &Header<'_>,
        connection: &zbus::Connection,
        options: &mut Dict,
    ) -> Result<Asking, Error> {
        let mut asking = self.asker(header, connection).await?;
        asking.take_options(options)?;
        Ok(asking)
    }

    /// Resolves once nobody waits for the answer to a message on the session bus any more. Calls on a private
    /// connection end with the connection anyway.
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
    // The sender may have left before we listened. A unique name is never used again.
    if bus.name_has_owner(sender.clone().into()).await? {
        changes.next().await;
    }
    Ok(())
}

/// Asks the bus which process sent a message.
async fn peer(header: &Header<'_>, connection: &zbus::Connection) -> Result<Peer, Error> {
    let name = header.sender().ok_or_else(unknown_program)?;
    let bus = zbus::fdo::DBusProxy::new(connection).await?;
    let credentials = bus
        .get_connection_credentials(name.into())
        .await
        .map_err(|_| unknown_program())?;
    let peer = platform::peer(credentials).ok_or_else(unknown_program)?;
    if peer.user == User::own() {
        Ok(peer)
    } else {
        Err(unknown_program())
    }
}
