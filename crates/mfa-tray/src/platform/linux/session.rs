//! The session on the bus. There is one tray in a session, and it ends with the session.
//!
//! A user who starts the tray again, from the launcher, wants to see it. The second tray tells the first one
//! by the standard method of applications, and exits. No panel can be asked to open the menu:
//! StatusNotifierItem has no such method, and no known panel handles the signal `ItemActivationRequested` of
//! its menus. So the first tray tells the user where it is.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use mfa_ipc::endpoint::{self, TRAY_NAME, TRAY_PATH};
use tokio::signal::unix::{Signal, SignalKind, signal};
use zbus::Variant;
use zbus::fdo::RequestNameFlags;

use super::application::Application;
use super::owners::owners;
use super::{Notifications, Panel, Shortcut, autostart};
use crate::connection::Connection;
use crate::input::Inputs;
use crate::platform::Ended;
use crate::run::Error;

/// The time that the first tray may take to answer the second.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells the first tray. It may be starting or ending.
async fn tell(bus: &zbus::Connection) {
    let data: HashMap<&str, Variant<'_>> = HashMap::new();
    let interface = Some("org.freedesktop.Application");
    let call = bus.call_method(Some(TRAY_NAME), TRAY_PATH, interface, "Activate", &data);
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::debug!(%error, "cannot reach the other tray"),
        Err(_) => tracing::warn!("the other tray does not answer"),
    }
}

/// The current session.
pub(crate) struct Session {
    bus: zbus::Connection,
    terminate: Signal,
    interrupt: Signal,
}

impl Session {
    /// Enters the session, unless it has a tray already. That tray is told, except at login, when two
    /// mechanisms may start the tray.
    pub(crate) async fn enter(at_login: bool, inputs: &Inputs) -> Result<Option<Self>, Error> {
        let bus = zbus::Connection::session().await.map_err(Error::NoBus)?;
        // The bus may have started the tray for a call, which comes as soon as the tray has its name.
        let application = Application(inputs.clone());
        bus.object_server().at(TRAY_PATH, application).await?;
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        match bus.request_name_with_flags(TRAY_NAME, flags).await {
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

    /// Shows the icon, and prepares notifications.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "other systems return an error if they show no icon"
    )]
    pub(crate) fn show(&self, inputs: Inputs) -> Result<(Panel, Notifications), Error> {
        tokio::spawn(autostart::ask_systemd(self.bus.clone(), inputs.clone()));
        let panel = Panel::start(self.bus.clone(), inputs.clone());
        let notifications = Notifications::start(self.bus.clone(), inputs);
        Ok((panel, notifications))
    }

    /// Prepares the shortcut, which the desktop is asked for once the user wishes for it.
    pub(crate) fn shortcut(&self, inputs: Inputs) -> Shortcut {
        Shortcut::start(self.bus.clone(), inputs)
    }

    /// Connects to the daemon again whenever one appears on the bus.
    pub(crate) fn watch_daemon(&self, connection: Connection) {
        tokio::spawn(watch(self.bus.clone(), connection));
    }

    /// Waits until the tray must exit, and returns why.
    pub(crate) async fn ended(&mut self) -> Ended {
        tokio::select! {
            _ = self.terminate.recv() => Ended::Asked,
            _ = self.interrupt.recv() => Ended::Asked,
            () = self.bus.closed() => Ended::Over,
        }
    }
}

async fn watch(bus: zbus::Connection, connection: Connection) {
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
            connection.retry();
        }
    }
}
