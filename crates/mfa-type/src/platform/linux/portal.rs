//! Wayland with the desktop portal, as GNOME and KDE have it: the user allows it once. See
//! <https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.RemoteDesktop.html>.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::runtime::Runtime;
use zbus::{Connection, ObjectPath, OwnedVariant, Proxy, Variant};

use super::token;
use crate::keys::Key;
use crate::{Error, Keys};

/// The time that the user has to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time that the portal has for everything else.
const DELAY: Duration = Duration::from_secs(20);

const PORTAL: &str = "org.freedesktop.portal.Desktop";
const OBJECT: &str = "/org/freedesktop/portal/desktop";
/// The application, by the name of its desktop entry.
const APPLICATION: &str = "org.mfactl.Tray";
/// The device that we need: a keyboard.
const KEYBOARD: u32 = 1;
/// The permission lasts until the user takes it back.
const UNTIL_REVOKED: u32 = 2;
/// Names our requests and our session, which other programs cannot use.
const NAME: &str = "mfactl";

type Options<'a> = HashMap<&'a str, Variant<'a>>;
type Results = HashMap<String, OwnedVariant>;

/// A session in which we may type.
pub(crate) struct Portal {
    runtime: Runtime,
    desktop: Proxy<'static>,
    session: ObjectPath<'static>,
}

impl Portal {
    /// Asks for permission, if the user has not given it before.
    pub(super) fn open() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }
            .enable_io()
            .enable_time()
            .build()
            .map_err(failed)?;
        let opening = async { tokio::time::timeout(PATIENCE + DELAY, open()).await };
        let (desktop, session) = runtime.block_on(opening).map_err(|_| Error::Unanswered)??;
        Ok(Self {
            runtime,
            desktop,
            session,
        })
    }

    pub(super) fn press(&self, keys: &Keys) -> Result<(), Error> {
        let typing = async { tokio::time::timeout(DELAY, self.type_keys(keys)).await };
        self.runtime.block_on(typing).map_err(failed)?
    }

    async fn type_keys(&self, keys: &Keys) -> Result<(), Error> {
        let mut typed = Ok(());
        for symbol in keys.iter().map(Key::symbol) {
            for state in [1_u32, 0] {
                let symbol = i32::try_from(symbol).map_err(failed)?;
                let arguments = (&self.session, Options::new(), symbol, state);
                let pressed = self.desktop.call_method("NotifyKeyboardKeysym", &arguments);
                // A key that was pressed is released, whatever went wrong in between.
                typed = typed.and(pressed.await.map(drop).map_err(failed));
            }
            if typed.is_err() {
                break;
            }
        }
        self.close().await;
        typed
    }

    /// Ends the session, so that the desktop no longer shows that somebody may type.
    async fn close(&self) {
        let interface = Some("org.freedesktop.portal.Session");
        let bus = self.desktop.connection();
        let closed = bus.call_method(Some(PORTAL), &self.session, interface, "Close", &());
        // It ends with our connection, too.
        drop(closed.await);
    }
}

async fn open() -> Result<(Proxy<'static>, ObjectPath<'static>), Error> {
    let bus = Connection::session().await.map_err(|_| MISSING)?;
    register(&bus).await;
    let interface = "org.freedesktop.portal.RemoteDesktop";
    let desktop = Proxy::new(&bus, PORTAL, OBJECT, interface).await;
    let desktop = desktop.map_err(failed)?;
    let devices = desktop.get_property::<u32>("AvailableDeviceTypes").await;
    if devices.map_err(|_| MISSING)? & KEYBOARD == 0 {
        return Err(MISSING);
    }
    let name = Options::from([("session_handle_token", Variant::from(NAME))]);
    let mut created = request(&desktop, "CreateSession", None, name).await?;
    let session = created.remove("session_handle").ok_or(Error::Refused)?;
    let session = String::try_from(session).map_err(failed)?;
    let session = ObjectPath::try_from(session).map_err(failed)?;
    let known = token::load();
    let mut devices = Options::from([
        ("types", Variant::from(KEYBOARD)),
        ("persist_mode", Variant::from(UNTIL_REVOKED)),
    ]);
    if let Some(token) = &known {
        devices.insert("restore_token", Variant::from(&**token));
    }
    request(&desktop, "SelectDevices", Some(&session), devices).await?;
    let mut started = request(&desktop, "Start", Some(&session), Options::new()).await?;
    let token = started.remove("restore_token");
    let token = token.and_then(|token| String::try_from(token).ok());
    // If it cannot be kept, the user is asked again next time.
    drop(token::keep(token.as_deref()));
    let allowed = started.remove("devices").map(u32::try_from);
    match allowed {
        Some(Ok(devices)) if devices & KEYBOARD == 0 => Err(Error::Refused),
        _ => Ok((desktop, session)),
    }
}

/// The desktop has no such portal.
const MISSING: Error = Error::Unsupported(
    "this Wayland desktop lets no program type: it has neither the protocol virtual-keyboard nor a portal for \
     RemoteDesktop. Install xdg-desktop-portal and its back end for this desktop (xdg-desktop-portal-gnome or -kde)",
);

/// Makes a request, and waits for its answer.
async fn request(
    desktop: &Proxy<'static>,
    method: &str,
    session: Option<&ObjectPath<'static>>,
    mut options: Options<'_>,
) -> Result<Results, Error> {
    let bus = desktop.connection();
    let own = bus
        .unique_name()
        .map(ToString::to_string)
        .unwrap_or_default();
    let own = own.trim_start_matches(':').replace('.', "_");
    // One request follows another, so the name is free again. The answer may arrive before the call returns, so this
    // listens first.
    let path = format!("{OBJECT}/request/{own}/{NAME}");
    let interface = "org.freedesktop.portal.Request";
    let answers = Proxy::new(bus, PORTAL, path, interface)
        .await
        .map_err(failed)?;
    let mut answers = answers.receive_signal("Response").await.map_err(failed)?;
    options.insert("handle_token", Variant::from(NAME));
    let asked = match (session, method) {
        (Some(session), "Start") => desktop.call_method(method, &(session, "", options)).await,
        (Some(session), _) => desktop.call_method(method, &(session, options)).await,
        (None, _) => desktop.call_method(method, &(options,)).await,
    };
    asked.map_err(failed)?;
    let answer = answers.next().await.ok_or(Error::Refused)?;
    let (code, results): (u32, Results) = answer.body().deserialize().map_err(failed)?;
    match code {
        0 => Ok(results),
        _ => Err(Error::Refused),
    }
}

/// Tells the portal which application asks, before anything else; otherwise it has to guess. It remembers for that
/// application what the user allows. Older portals do not have this.
async fn register(bus: &Connection) {
    let interface = Some("org.freedesktop.host.portal.Registry");
    let body = (APPLICATION, Options::new());
    let registered = bus.call_method(Some(PORTAL), OBJECT, interface, "Register", &body);
    drop(registered.await);
}

fn failed(error: impl Into<crate::Source>) -> Error {
    Error::Failed(error.into())
}
