//! The session on the bus: there is one tray in it, and it ends with it.
//!
//! Whoever starts it once more, from the launcher, wants to see it. The second one tells the first by the
//! method that applications have for that, and ends. No panel can be asked to open the menu:
//! StatusNotifierItem has no way to, and the signal `ItemActivationRequested` of its menus is heard by none
//! that we know of. So the first one says where it is.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use mfa_ipc::endpoint;
use tokio::signal::unix::{Signal, SignalKind, signal};
use zbus::fdo::RequestNameFlags;
use zbus::{OwnedVariant, Variant};

use super::{Notifications, Panel};
use crate::input::Inputs;
use crate::link::Link;
use crate::model::Msg;
use crate::platform::Ended;
use crate::run::Error;

/// The name on the bus that makes sure that there is one of us.
const NAME: &str = "org.mfactl.Tray1";
/// Where the object of that name is, as the specification of desktop entries derives it.
const PATH: &str = "/org/mfactl/Tray1";
/// How long the first one may take to hear of the second.
const PATIENCE: Duration = Duration::from_secs(2);

/// The first one, to the second; see
/// <https://specifications.freedesktop.org/desktop-entry-spec/latest/dbus.html>.
struct Application(Inputs);

#[zbus::interface(name = "org.freedesktop.Application", introspection_docs = false)]
impl Application {
    fn activate(&self, platform_data: HashMap<String, OwnedVariant>) {
        drop(platform_data);
        self.0.offer(Msg::StartedAgain);
    }
}

/// Tells the first one. It may be just starting, or ending.
async fn tell(bus: &zbus::Connection) {
    let data: HashMap<&str, Variant<'_>> = HashMap::new();
    let interface = Some("org.freedesktop.Application");
    let call = bus.call_method(Some(NAME), PATH, interface, "Activate", &data);
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the other tray was not told"),
        Err(_) => tracing::warn!("the other tray does not answer"),
    }
}

/// The session that we are in.
pub(crate) struct Session {
    bus: zbus::Connection,
    terminate: Signal,
    interrupt: Signal,
}

impl Session {
    /// Enters it, unless a tray is there already. That is told so, unless nobody has started this one but
    /// the login, by two ways.
    pub(crate) async fn enter(at_login: bool) -> Result<Option<Self>, Error> {
        let bus = zbus::Connection::session().await.map_err(Error::NoBus)?;
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        match bus.request_name_with_flags(NAME, flags).await {
            Ok(_) => {}
            Err(zbus::Error::NameTaken) => {
                if !at_login {
                    tell(&bus).await;
                }
                return Ok(None);
            }
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
        tokio::spawn(hear(self.bus.clone(), inputs.clone()));
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

async fn hear(bus: zbus::Connection, inputs: Inputs) {
    if let Err(error) = bus.object_server().at(PATH, Application(inputs)).await {
        tracing::warn!(%error, "a second start will not be noticed");
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
