//! The shortcut that opens the menu of accounts from any window. Under Wayland, no program hears the keys of others, so the
//! portal of the desktop listens for it; see
//! <https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.GlobalShortcuts.html>.
//!
//! The keys of the configuration are a wish. The desktop decides which keys they are, may ask the user, and remembers them by
//! the name of the application.

mod portal;

use std::future::pending;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use zbus::{Connection, Message, ObjectPath, OwnedObjectPath};

use super::application::token;
use super::owners::owners;
use crate::input::Inputs;
use crate::model::Msg;
use portal::{DELAY, Failure, ID, OBJECT, PORTAL, Portal, Results, SESSION, SHORTCUTS};

/// The time between two tries.
const PAUSE: Duration = Duration::from_secs(2);
/// The number of tries after portals that ended.
const TRIES: u32 = 5;
/// A portal that lasted this long did not end because of the shortcut.
const GOOD: Duration = Duration::from_secs(60);

/// The keys that the user wishes for.
type Wish = Option<String>;
/// The unique name of the program that has the name of the portal, as far as it has changed.
type Owner = watch::Receiver<Option<String>>;

/// A handle that says which keys the user wishes for.
pub(crate) struct Shortcut(watch::Sender<Wish>);

impl Shortcut {
    /// Starts the task that asks the desktop. It lasts as long as the runtime, and does nothing without a wish.
    pub(super) fn start(bus: Connection, inputs: Inputs) -> Self {
        let (sender, mut wishes) = watch::channel::<Wish>(None);
        let mut keeper = Keeper {
            bus,
            inputs,
            sessions: 0,
            session: None,
        };
        tokio::spawn(async move {
            loop {
                let wish = wishes.borrow_and_update().clone();
                tokio::select! {
                    () = keeper.keep(wish) => {}
                    changed = wishes.changed() => if changed.is_err() {
                        return;
                    },
                }
                keeper.close().await;
            }
        });
        Self(sender)
    }

    /// Sets the keys, or gives them back.
    pub(crate) fn wish(&self, keys: Option<&str>) {
        self.0.send_replace(keys.map(str::to_owned));
    }
}

/// Keeps the shortcut.
struct Keeper {
    bus: Connection,
    inputs: Inputs,
    /// The number of sessions so far. Each has a name of its own.
    sessions: u64,
    /// The session at the portal, if there may be one.
    session: Option<ObjectPath<'static>>,
}

impl Keeper {
    /// Keeps the shortcut, also when another portal takes the place of the one that has it. This never ends.
    async fn keep(&mut self, wish: Wish) {
        let Some(keys) = wish else {
            return pending().await;
        };
        let mut owner = match follow(&self.bus).await {
            Ok(owner) => owner,
            Err(error) => {
                tracing::warn!("{}", Failure::from(error));
                return pending().await;
            }
        };
        let mut tries = TRIES;
        loop {
            let start = Instant::now();
            let (portal, failure) = self.attempt(&keys, &mut owner).await;
            tracing::warn!("{failure}");
            if start.elapsed() > GOOD {
                tries = TRIES;
            }
            if matches!(failure, Failure::Gone) && tries > 0 {
                tries -= 1;
                self.session = None;
            } else {
                self.close().await;
                // The same one would say the same again.
                let last = portal.as_deref();
                changes(&mut owner, |now| now.is_some() && now != last).await;
            }
            sleep(PAUSE).await;
        }
    }

    /// Keeps the shortcut at the portal that is there. Returns the name of that portal, and why it has the shortcut no
    /// longer.
    async fn attempt(&mut self, keys: &str, owner: &mut Owner) -> (Option<String>, Failure) {
        let portal = match Portal::find(&self.bus).await {
            Ok(portal) => portal,
            Err(failure) => return (None, failure),
        };
        let name = portal.name.clone();
        let failure = tokio::select! {
            served = self.serve(&portal, keys) => served.err().unwrap_or(Failure::Ended),
            () = changes(owner, |now| now != Some(name.as_str())) => Failure::Gone,
        };
        (Some(portal.name), failure)
    }

    /// Gets the shortcut, and reports each press until the desktop takes the shortcut back.
    async fn serve(&mut self, portal: &Portal, keys: &str) -> Result<(), Failure> {
        self.sessions += 1;
        let name = format!("mfactl{}", self.sessions);
        // It may be there, even if its answer is never read.
        self.session = Some(portal.path(&name)?);
        let session = portal.open(&name).await?;
        self.session = Some(session.clone());
        let path = session.to_string();
        let mut ends = portal.signals(path, SESSION, "Closed").await?;
        portal.bind(&session, keys, &name).await?;
        // Not earlier: while the user is asked, nobody takes these signals.
        let path = OBJECT.to_owned();
        let mut presses = portal.signals(path, SHORTCUTS, "Activated").await?;
        tracing::info!("the desktop listens for the shortcut");
        loop {
            tokio::select! {
                press = presses.next() => {
                    let press = press.ok_or(Failure::Gone)?;
                    if let Some(press) = pressed(&press, &session) {
                        self.inputs.offer(press);
                    }
                }
                Some(_) = ends.next() => return Ok(()),
            }
        }
    }

    /// Closes the session, so that the desktop no longer listens.
    async fn close(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let bus = &self.bus;
        let call = bus.call_method(Some(PORTAL), &session, Some(SESSION), "Close", &());
        // It ends with our connection, too.
        drop(timeout(DELAY, call).await);
    }
}

/// Returns the message about a press of our shortcut. The portal may tell everybody of all presses.
fn pressed(signal: &Message, session: &ObjectPath<'_>) -> Option<Msg> {
    type Press = (OwnedObjectPath, String, u64, Results);
    let press: Press = signal.body().deserialize().ok()?;
    let (of, id, _, mut options) = press;
    if of.as_str() != session.as_str() || id != ID {
        return None;
    }
    let token = token(options.remove("activation_token"));
    Some(Msg::Shortcut { token })
}

/// Follows who has the name of the portal. All changes are taken at once, so that they cannot pile up on the connection.
async fn follow(bus: &Connection) -> zbus::Result<Owner> {
    let mut changes = owners(bus, PORTAL).await?;
    let (sender, owner) = watch::channel(None);
    tokio::spawn(async move {
        loop {
            let change = tokio::select! {
                change = changes.next() => change,
                () = sender.closed() => return,
            };
            let Some(change) = change else { return };
            if let Ok(args) = change.args() {
                sender.send_replace(args.new_owner().as_ref().map(ToString::to_string));
            }
        }
    });
    Ok(owner)
}

/// Waits for a change after which `is_meant` holds for who has the name of the portal.
async fn changes(owner: &mut Owner, is_meant: impl Fn(Option<&str>) -> bool) {
    while owner.changed().await.is_ok() {
        let now = owner.borrow_and_update().clone();
        if is_meant(now.as_deref()) {
            return;
        }
    }
    // The connection to the bus is over, and the tray ends.
    pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use futures_util::FutureExt;
    use zbus::Variant;

    use super::*;

    const OURS: &str = "/org/freedesktop/portal/desktop/session/1_5/mfactl1";

    /// Returns the token of the message about a press, if there is a message.
    fn heard(session: &str, id: &str, token: &str) -> Option<Option<String>> {
        let of = ObjectPath::try_from(session).unwrap();
        let options = HashMap::from([("activation_token", Variant::from(token))]);
        let signal = Message::signal(OBJECT, SHORTCUTS, "Activated");
        let signal = signal.build(&(of, id, 5_u64, options)).unwrap();
        let ours = ObjectPath::try_from(OURS).unwrap();
        match pressed(&signal, &ours)? {
            Msg::Shortcut { token } => Some(token),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_a_press_of_our_shortcut_is_heard() {
        assert_eq!(heard(OURS, "pick", "x"), Some(Some("x".to_owned())));
        assert_eq!(heard(OURS, "pick", ""), Some(None));
        assert_eq!(heard(OURS, "pick", &"x".repeat(257)), Some(None));
        assert_eq!(heard(OURS, "other", "x"), None);
        let other = OURS.replace("1_5", "1_6");
        assert_eq!(heard(&other, "pick", "x"), None);
    }

    #[test]
    fn what_is_no_press_is_not_heard() {
        let signal = Message::signal(OBJECT, SHORTCUTS, "Activated");
        let signal = signal.build(&("pick",)).unwrap();
        let ours = ObjectPath::try_from(OURS).unwrap();
        assert!(pressed(&signal, &ours).is_none());
    }

    #[tokio::test]
    async fn only_a_change_that_is_meant_is_waited_for() {
        let (sender, mut owner) = watch::channel(None);
        let waiting = changes(&mut owner, |now| now != Some(":1.5"));
        let mut waiting = std::pin::pin!(waiting);
        let name = |name: &str| sender.send_replace(Some(name.to_owned()));
        name(":1.5");
        assert!(waiting.as_mut().now_or_never().is_none());
        name(":1.6");
        assert!(waiting.as_mut().now_or_never().is_some());
    }
}
