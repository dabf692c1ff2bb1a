//! The session on the bus: there is one tray in it, and it ends with it.

use futures_util::StreamExt;
use mfa_ipc::endpoint;
use tokio::signal::unix::{Signal, SignalKind, signal};
use zbus::fdo::RequestNameFlags;

use super::{Notifications, Panel};
use crate::input::Inputs;
use crate::link::Link;
use crate::platform::Ended;
use crate::run::Error;

/// The name on the bus that makes sure that there is one of us.
const NAME: &str = "org.mfactl.Tray1";

/// The session that we are in.
pub(crate) struct Session {
    bus: zbus::Connection,
    terminate: Signal,
    interrupt: Signal,
}

impl Session {
    /// Enters it, unless a tray is there already.
    pub(crate) async fn enter() -> Result<Option<Self>, Error> {
        let bus = zbus::Connection::session().await.map_err(Error::NoBus)?;
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        match bus.request_name_with_flags(NAME, flags).await {
            Ok(_) => {}
            Err(zbus::Error::NameTaken) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(Self {
            bus,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        }))
    }

    /// What is shown in it.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other systems say at once if they show no icon"
    )]
    pub(crate) fn show(&self, inputs: Inputs) -> Result<(Panel, Notifications), Error> {
        let panel = Panel::start(self.bus.clone(), inputs.clone());
        let notifications = Notifications::start(self.bus.clone(), inputs);
        Ok((panel, notifications))
    }

    /// Tries the daemon again whenever one appears on the bus.
    pub(crate) fn watch_daemon(&self, link: Link) {
        tokio::spawn(watch(self.bus.clone(), link));
    }

    /// Waits until the tray has to end, and says why.
    pub(crate) async fn ended(&mut self) -> Ended {
        tokio::select! {
            _ = self.terminate.recv() => Ended::Asked,
            _ = self.interrupt.recv() => Ended::Asked,
            () = self.bus.closed() => Ended::Over,
        }
    }
}

async fn watch(bus: zbus::Connection, link: Link) {
    let watched = owners(&bus, endpoint::BUS_NAME).await;
    let mut changes = match watched {
        Ok(changes) => changes,
        Err(error) => {
            tracing::warn!(%error, "a daemon that comes back may not be noticed");
            return;
        }
    };
    while let Some(change) = changes.next().await {
        if change.args().is_ok_and(|args| args.new_owner().is_some()) {
            link.retry();
        }
    }
}

/// The changes of who owns a name on the bus.
pub(super) async fn owners(
    bus: &zbus::Connection,
    name: &'static str,
) -> zbus::Result<zbus::fdo::NameOwnerChangedStream> {
    let proxy = zbus::fdo::DBusProxy::new(bus).await?;
    proxy
        .receive_name_owner_changed_with_args(&[(0, name)])
        .await
}
