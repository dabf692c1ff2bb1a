//! The portal for global shortcuts: how it is found, and what it is asked for.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use serde::Serialize;
use thiserror::Error;
use tokio::time::timeout;
use zbus::proxy::SignalStream;
use zbus::{Connection, DynamicType, ObjectPath, OwnedVariant, Proxy, Variant};

/// The time that the user has to answer the desktop.
const PATIENCE: Duration = Duration::from_secs(300);
/// The time that the portal has for everything else. The bus may have to start it.
pub(super) const DELAY: Duration = Duration::from_secs(30);

const BUS: &str = "org.freedesktop.DBus";
pub(super) const PORTAL: &str = "org.freedesktop.portal.Desktop";
pub(super) const OBJECT: &str = "/org/freedesktop/portal/desktop";
pub(super) const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";
pub(super) const SESSION: &str = "org.freedesktop.portal.Session";
const REQUEST: &str = "org.freedesktop.portal.Request";
const REGISTRY: &str = "org.freedesktop.host.portal.Registry";
/// The application, by the name of its desktop entry.
const APPLICATION: &str = "org.mfactl.Tray";
/// The name of our shortcut within the application.
pub(super) const ID: &str = "pick";
/// What the desktop says that the shortcut does.
const DESCRIPTION: &str = "Choose an account and copy its code";

type Options<'a> = HashMap<&'a str, Variant<'a>>;
pub(super) type Results = HashMap<String, OwnedVariant>;

/// A reason why there is no shortcut.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// There is no portal, or it has no shortcuts.
    #[error(
        "this desktop has no portal for global shortcuts, so the setting “shortcut” does nothing. In the settings of the desktop, \
         give a key to the command “mfactl pick”."
    )]
    Missing,
    /// The user or the desktop does not want it.
    #[error(
        "the desktop refused the shortcut. To be asked again, start the tray again; else remove the setting “shortcut”."
    )]
    Refused,
    /// Nobody answers.
    #[error("the desktop does not answer about the shortcut. To try again, start the tray again.")]
    Silent,
    /// The desktop does not want it any more.
    #[error("the desktop has taken the shortcut back. To get it again, start the tray again.")]
    Ended,
    /// The portal has ended.
    #[error("the portal that listened for the shortcut has ended")]
    Gone,
    /// The bus or the portal returned another error.
    #[error("the desktop returned an error about the shortcut: {0}")]
    Bus(#[source] zbus::Error),
}

impl From<zbus::Error> for Failure {
    fn from(error: zbus::Error) -> Self {
        let is_missing = matches!(&error, zbus::Error::FDO(cause) if is_absent(cause));
        if is_missing {
            return Self::Missing;
        }
        Self::Bus(error)
    }
}

fn is_absent(error: &zbus::fdo::Error) -> bool {
    use zbus::fdo::Error::{NameHasNoOwner, ServiceUnknown, UnknownInterface, UnknownMethod};
    matches!(
        error,
        NameHasNoOwner(_) | ServiceUnknown(_) | UnknownInterface(_) | UnknownMethod(_)
    )
}

/// The portal that is there now.
pub(super) struct Portal {
    bus: Connection,
    /// Its unique name: only this program is believed.
    pub(super) name: String,
    /// Our name in the paths of its objects.
    own: String,
}

impl Portal {
    /// Finds the portal. The bus starts it, if it can.
    pub(super) async fn find(bus: &Connection) -> Result<Self, Failure> {
        let name = timeout(DELAY, name(bus)).await;
        let name = name.map_err(|_| Failure::Silent)??;
        let own = bus.unique_name();
        let own = own.map(ToString::to_string).unwrap_or_default();
        Ok(Self {
            bus: bus.clone(),
            name,
            own: own.trim_start_matches(':').replace('.', "_"),
        })
    }

    /// Returns the path that a session of this name will have.
    pub(super) fn path(&self, token: &str) -> zbus::Result<ObjectPath<'static>> {
        ObjectPath::try_from(format!("{OBJECT}/session/{}/{token}", self.own))
    }

    /// Opens a session of this name.
    pub(super) async fn open(&self, token: &str) -> Result<ObjectPath<'static>, Failure> {
        let options = Options::from([
            ("handle_token", Variant::from(token)),
            ("session_handle_token", Variant::from(token)),
        ]);
        let body = (options,);
        let created = self.request("CreateSession", token, &body, DELAY).await;
        let path = created?.remove("session_handle");
        let path = String::try_from(path.ok_or(Failure::Refused)?)?;
        Ok(ObjectPath::try_from(path)?)
    }

    /// Gets the shortcut for a session, unless the desktop has given it to the session by itself. `token` names the requests,
    /// of which one follows the other.
    pub(super) async fn bind(
        &self,
        session: &ObjectPath<'_>,
        keys: &str,
        token: &str,
    ) -> Result<(), Failure> {
        let options = || Options::from([("handle_token", Variant::from(token))]);
        let all = (session, options());
        let listed = self.request("ListShortcuts", token, &all, DELAY).await;
        if listed.is_ok_and(|listed| is_listed(&listed) == Some(true)) {
            return Ok(());
        }
        let wish = Options::from([
            ("description", Variant::from(DESCRIPTION)),
            ("preferred_trigger", Variant::from(keys)),
        ]);
        let wished = (session, vec![(ID, wish)], "", options());
        let bound = self
            .request("BindShortcuts", token, &wished, PATIENCE)
            .await?;
        match is_listed(&bound) {
            Some(false) => Err(Failure::Refused),
            Some(true) | None => Ok(()),
        }
    }

    /// Makes a request, and waits for its answer.
    async fn request<B>(
        &self,
        method: &'static str,
        token: &str,
        body: &B,
        patience: Duration,
    ) -> Result<Results, Failure>
    where
        B: Serialize + DynamicType,
    {
        let path = format!("{OBJECT}/request/{}/{token}", self.own);
        // The answer may arrive before the call returns, so this listens first.
        let mut answers = self.signals(path, REQUEST, "Response").await?;
        let desktop = self.proxy(OBJECT.to_owned(), SHORTCUTS).await?;
        let called = timeout(DELAY, desktop.call_method(method, body)).await;
        called.map_err(|_| Failure::Silent)??;
        let answer = timeout(patience, answers.next()).await;
        let answer = answer.map_err(|_| Failure::Silent)?.ok_or(Failure::Gone)?;
        let (code, results): (u32, Results) = answer.body().deserialize()?;
        match code {
            0 => Ok(results),
            _ => Err(Failure::Refused),
        }
    }

    /// Listens for a signal of one of its objects.
    pub(super) async fn signals(
        &self,
        path: String,
        interface: &'static str,
        signal: &'static str,
    ) -> zbus::Result<SignalStream<'static>> {
        let object = self.proxy(path, interface).await?;
        object.receive_signal(signal).await
    }

    async fn proxy(&self, path: String, interface: &'static str) -> zbus::Result<Proxy<'static>> {
        Proxy::new(&self.bus, self.name.clone(), path, interface).await
    }
}

/// Returns the unique name of the portal.
async fn name(bus: &Connection) -> zbus::Result<String> {
    register(bus).await;
    let (path, body) = ("/org/freedesktop/DBus", (PORTAL,));
    let owner = bus.call_method(Some(BUS), path, Some(BUS), "GetNameOwner", &body);
    let owner = owner.await?.body();
    owner.deserialize()
}

/// Tells the portal which application asks, before anything else; otherwise it has to guess. Older portals do not have
/// this.
async fn register(bus: &Connection) {
    let body = (APPLICATION, Options::new());
    let registered = bus.call_method(Some(PORTAL), OBJECT, Some(REGISTRY), "Register", &body);
    drop(registered.await);
}

/// Returns whether our shortcut is among those of an answer, or `None` if the answer lists none.
fn is_listed(results: &Results) -> Option<bool> {
    let Variant::Array(shortcuts) = &**results.get("shortcuts")? else {
        return None;
    };
    let is_ours = |shortcut: &Variant<'_>| match shortcut {
        Variant::Structure(shortcut) => match shortcut.fields().first() {
            Some(Variant::Str(id)) => id.as_str() == ID,
            _ => false,
        },
        _ => false,
    };
    Some(shortcuts.inner().iter().any(is_ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_known() {
        let results = |ids: &[&'static str]| {
            let one = |id: &&'static str| (*id, HashMap::from([("description", "text")]));
            let shortcuts: Vec<_> = ids.iter().map(one).collect();
            let shortcuts = OwnedVariant::try_from(Variant::new(shortcuts)).unwrap();
            Results::from([("shortcuts".to_owned(), shortcuts)])
        };
        assert_eq!(is_listed(&results(&["other", "pick"])), Some(true));
        assert_eq!(is_listed(&results(&["other"])), Some(false));
        assert_eq!(is_listed(&results(&[])), Some(false));
        assert_eq!(is_listed(&Results::new()), None);
    }

    #[test]
    fn a_desktop_without_the_portal_is_told_from_one_that_fails() {
        use zbus::fdo::Error::{Failed, ServiceUnknown, UnknownMethod};

        let failure = |error: zbus::fdo::Error| Failure::from(zbus::Error::from(error));
        for absent in [UnknownMethod(String::new()), ServiceUnknown(String::new())] {
            assert!(matches!(failure(absent), Failure::Missing));
        }
        assert!(matches!(failure(Failed(String::new())), Failure::Bus(_)));
    }
}
