//! What the search needs of the desktop: the tray, and a notification if something fails.

use std::collections::HashMap;
use std::time::Duration;

use mfa_ipc::endpoint::{TRAY_NAME, TRAY_PATH};
use zbus::Variant;

use crate::question::escape;
use crate::service::Handle;

const APPLICATION: &str = "org.freedesktop.Application";
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
/// How long another program may take to answer; it may have to be started first.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time after which the notification service removes a notification, in milliseconds; -1 leaves it to the service.
const AS_USUAL: i32 = -1;

/// The desktop of one session bus.
#[derive(Clone)]
pub(super) struct Desktop {
    bus: zbus::Connection,
}

impl Desktop {
    pub(super) fn new(bus: zbus::Connection) -> Self {
        Self { bus }
    }

    /// Tells the user what has failed.
    pub(super) async fn tell(&self, what: &str, why: &str) {
        if let Err(error) = self.notify(what, why).await {
            tracing::warn!(%error, "the desktop does not show that the search has failed");
        }
    }

    async fn notify(&self, what: &str, why: &str) -> zbus::Result<()> {
        let to = (NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS);
        let capabilities: Vec<String> = self
            .call(to, "GetCapabilities", &())
            .await?
            .body()
            .deserialize()?;
        let why = match capabilities.iter().any(|can| can == "body-markup") {
            true => escape(why),
            false => why.to_owned(),
        };
        let hints = HashMap::from([("desktop-entry", Variant::from(TRAY_NAME))]);
        let actions: &[&str] = &[];
        let body = (
            "mfactl", 0_u32, "mfactl", what, why, actions, hints, AS_USUAL,
        );
        self.call(to, "Notify", &body).await.map(drop)
    }

    /// Starts the tray if it is not running, and waits until it copies codes. Returns whether it does.
    pub(super) async fn start_tray(&self, service: &Handle) -> bool {
        let mut public = service.public();
        let Ok(names) = zbus::fdo::DBusProxy::new(&self.bus).await else {
            return false;
        };
        let Ok(name) = TRAY_NAME.try_into() else {
            return false;
        };
        if let Err(error) = names.start_service_by_name(name, 0).await {
            tracing::info!(%error, "the bus cannot start the tray");
            return false;
        }
        let copies = public.wait_for(|public| public.copies);
        matches!(tokio::time::timeout(PATIENCE, copies).await, Ok(Ok(_)))
    }

    /// Has the tray ask for what unlocks the accounts. Returns whether there is a tray.
    pub(super) async fn unlock_by_tray(&self, token: Option<&str>) -> bool {
        let no_parameters: &[Variant<'_>] = &[];
        let body = ("unlock", no_parameters, platform_data(token));
        let to = (TRAY_NAME, TRAY_PATH, APPLICATION);
        self.call(to, "ActivateAction", &body).await.is_ok()
    }

    /// Shows where the tray is.
    pub(super) async fn open_tray(&self) {
        let to = (TRAY_NAME, TRAY_PATH, APPLICATION);
        if let Err(error) = self.call(to, "Activate", &(platform_data(None),)).await {
            self.tell("Cannot start the tray", &error.to_string()).await;
        }
    }

    async fn call<B>(
        &self,
        (name, path, interface): (&str, &str, &str),
        method: &str,
        body: &B,
    ) -> zbus::Result<zbus::Message>
    where
        B: serde::Serialize + zbus::wire::DynamicType,
    {
        let call = self
            .bus
            .call_method(Some(name), path, Some(interface), method, body);
        match tokio::time::timeout(PATIENCE, call).await {
            Ok(answer) => answer,
            Err(_) => Err(zbus::Error::Failure("no answer".into())),
        }
    }
}

/// What an application is told of the click that activates it; see
/// <https://specifications.freedesktop.org/desktop-entry-spec/latest/dbus.html>.
fn platform_data(token: Option<&str>) -> HashMap<&str, Variant<'_>> {
    let token = token.map(|token| ("activation-token", Variant::from(token)));
    token.into_iter().collect()
}
