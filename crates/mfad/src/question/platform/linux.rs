//! Linux: a notification with buttons; see <https://specifications.freedesktop.org/notification-spec/latest/>.
//!
//! Only the answers of the notification service count: signals of other programs are not taken for them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use mfa_core::access::{Answer, Question};
use tokio::sync::oneshot;
use zbus::Variant;

use super::super::{Asking, Nobody, Questioner, escape};

const SERVICE: &str = "org.freedesktop.Notifications";
/// The urgency of what stays on the screen until it is answered.
const CRITICAL: u8 = 2;
/// Services that have a menu for the answers, which few people know, and show no buttons.
const WITHOUT_BUTTONS: [&str; 2] = ["dunst", "mako"];
/// How long the service may take to show a notification; it may have to be started first.
const SHOWING: Duration = Duration::from_secs(10);
/// How long the service may take to remove a notification.
const CLOSING: Duration = Duration::from_secs(10);
/// The variables of a session with a screen. Where there is none, a notification service that would have to be started
/// first cannot show anything.
const SCREEN: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Service {
    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Variant<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    fn get_server_information(&self) -> zbus::Result<(String, String, String, String)>;

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;

    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// Asks by notifications.
struct Notifications {
    bus: zbus::Connection,
    presence: Arc<Presence>,
}

/// Whether anybody can be asked in this session.
#[derive(Default)]
struct Presence {
    /// A notification service is running.
    is_running: AtomicBool,
    /// The bus starts one.
    can_be_started: AtomicBool,
    /// One has been running in a session that has not ended. A program that ends it must not get what an unattended
    /// program gets.
    was_running: AtomicBool,
}

impl Presence {
    fn is_attended(&self) -> bool {
        let all = [&self.is_running, &self.can_be_started, &self.was_running];
        all.iter().any(|one| one.load(Ordering::Relaxed))
    }

    fn runs(&self, is_running: bool) {
        self.is_running.store(is_running, Ordering::Relaxed);
        self.was_running.fetch_or(is_running, Ordering::Relaxed);
    }

    /// The session has ended. A service that is still running counts until it ends too, which may be a moment later.
    fn session_ended(&self) {
        self.was_running.store(false, Ordering::Relaxed);
    }
}

/// Returns the questioner of this system.
pub async fn questioner(bus: Option<zbus::Connection>) -> Box<dyn Questioner> {
    let Some(bus) = bus else {
        return Box::new(Nobody);
    };
    let presence = Arc::default();
    match watch(&bus, Arc::clone(&presence)).await {
        Ok(()) => Box::new(Notifications { bus, presence }),
        Err(error) => {
            tracing::warn!(%error, "cannot find out whether there is a notification service");
            Box::new(Nobody)
        }
    }
}

/// Looks whether there is a notification service, now and whenever that changes.
async fn watch(bus: &zbus::Connection, presence: Arc<Presence>) -> zbus::Result<()> {
    let names = zbus::fdo::DBusProxy::new(bus).await?;
    let mut changes = names
        .receive_name_owner_changed_with_args(&[(0, SERVICE)])
        .await?;
    let can_be_started = can_be_started(&names).await;
    let is_there = names.name_has_owner(SERVICE.try_into()?).await?;
    presence
        .can_be_started
        .store(can_be_started, Ordering::Relaxed);
    presence.runs(is_there);
    tokio::spawn(async move {
        while let Some(change) = changes.next().await {
            let Ok(change) = change.args() else { continue };
            presence.runs(change.new_owner().is_some());
        }
    });
    Ok(())
}

/// Returns whether the bus starts a notification service for the first notification.
async fn can_be_started(names: &zbus::fdo::DBusProxy<'_>) -> bool {
    if SCREEN
        .iter()
        .all(|variable| std::env::var_os(variable).is_none())
    {
        return false;
    }
    let all = names.list_activatable_names().await.unwrap_or_default();
    all.iter().any(|name| name.as_str() == SERVICE)
}

impl Questioner for Notifications {
    fn is_attended(&self) -> bool {
        self.presence.is_attended()
    }

    fn session_ended(&self) {
        self.presence.session_ended();
    }

    fn ask(&self, question: &Question, withdrawn: oneshot::Receiver<()>) -> Asking {
        let (bus, question) = (self.bus.clone(), question.clone());
        Box::pin(async move {
            let asked = ask(&bus, &question, withdrawn).await;
            asked.unwrap_or_else(|error| {
                tracing::warn!(%error, "the desktop does not show the question");
                None
            })
        })
    }
}

async fn ask(
    bus: &zbus::Connection,
    question: &Question,
    withdrawn: oneshot::Receiver<()>,
) -> zbus::Result<Option<Answer>> {
    let service = ServiceProxy::new(bus).await?;
    let mut clicks = service.receive_action_invoked().await?;
    let mut closed = service.receive_notification_closed().await?;
    let shown = tokio::time::timeout(SHOWING, show(&service, question)).await;
    let id = match shown {
        Ok(Ok(id)) => id,
        // The tray and the command line can still answer.
        failed => {
            let error = failed.ok().and_then(Result::err);
            tracing::warn!(?error, "the desktop does not show the question");
            drop(withdrawn.await);
            return Ok(None);
        }
    };
    let answer = async {
        loop {
            tokio::select! {
                Some(click) = clicks.next() => {
                    let Ok(click) = click.args() else { continue };
                    if *click.id() == id && let Some(answer) = Answer::parse(click.action_key()) {
                        return Some(answer);
                    }
                }
                Some(closing) = closed.next() => {
                    let Ok(closing) = closing.args() else { continue };
                    if *closing.id() == id {
                        return None;
                    }
                }
                else => return None,
            }
        }
    };
    let answer = tokio::select! {
        answer = answer => answer,
        _ = withdrawn => None,
    };
    // The answer does not wait for that: a service that hangs after the click would turn a yes into no answer.
    tokio::spawn(tokio::time::timeout(CLOSING, close(bus.clone(), id)));
    Ok(answer)
}

/// Takes a notification off the screen. Some services leave it there after a click on one of its buttons.
async fn close(bus: zbus::Connection, id: u32) -> zbus::Result<()> {
    let service = ServiceProxy::new(&bus).await?;
    service.close_notification(id).await
}

async fn show(service: &ServiceProxy<'_>, question: &Question) -> zbus::Result<u32> {
    let capabilities = service.get_capabilities().await.unwrap_or_default();
    let can = |what: &str| capabilities.iter().any(|name| name == what);
    let mut lines = question.details();
    let server = service.get_server_information().await.unwrap_or_default().0;
    if !can("actions") || WITHOUT_BUTTONS.contains(&&*server.to_lowercase()) {
        let id = question.id;
        lines.insert(0, format!("To allow it once: mfactl access approve {id}"));
    }
    let body = lines.join("\n");
    let body = match can("body-markup") {
        true => escape(&body),
        false => body,
    };
    let answers = question.answers().iter();
    let actions: Vec<_> = answers
        .flat_map(|answer| [answer.as_str(), answer.label()])
        .collect();
    let hints = HashMap::from([
        ("desktop-entry", Variant::from("org.mfactl.Tray")),
        ("urgency", Variant::from(CRITICAL)),
    ]);
    let summary = question.summary();
    service
        .notify("mfactl", 0, "mfactl", &summary, &body, &actions, hints, 0)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_has_ended_counts_until_the_session_ends() {
        let presence = Presence::default();
        assert!(!presence.is_attended());
        presence.runs(true);
        presence.runs(false);
        assert!(presence.is_attended());
        presence.session_ended();
        assert!(!presence.is_attended());
    }

    #[test]
    fn a_service_that_ends_after_its_session_counts_no_longer() {
        let presence = Presence::default();
        presence.runs(true);
        presence.session_ended();
        assert!(presence.is_attended());
        presence.runs(false);
        assert!(!presence.is_attended());
        // That of the next session counts as that of the first one did.
        presence.runs(true);
        presence.runs(false);
        assert!(presence.is_attended());
    }
}
