//! Notifications, over the tray's own connection to the bus; see
//! <https://specifications.freedesktop.org/notification-spec/latest/>.
//!
//! The crate notify-rust opens a connection for each notification. GNOME removes the notifications
//! of a program once its connection is closed, so none of them could ever be shown.

use std::collections::HashMap;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use zbus::Variant;

use crate::input::{Input, Inputs};
use crate::model::notice::{Kind, Notice};
use crate::model::{Choice, Msg};
use crate::port::Notifier;

/// The number of notifications that may wait.
const QUEUE: usize = 16;
/// The time that a notification is shown, in milliseconds.
const SHOWN: i32 = 8_000;
/// The time that a question is shown, in milliseconds.
const ASKED: i32 = 60_000;

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Server {
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

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

/// Shows notifications on the desktop.
pub(crate) struct Notifications {
    notices: mpsc::Sender<Notice>,
    inputs: Inputs,
}

impl Notifications {
    /// Starts the task that shows them. It lasts as long as the runtime.
    pub(crate) fn start(bus: zbus::Connection, inputs: Inputs) -> Self {
        let (sender, notices) = mpsc::channel(QUEUE);
        let heard = inputs.clone();
        tokio::spawn(async move {
            if let Err(error) = say_all(&bus, notices, heard).await {
                tracing::error!(%error, "cannot show notifications");
            }
        });
        Self {
            notices: sender,
            inputs,
        }
    }
}

impl Notifier for Notifications {
    fn say(&mut self, notice: Notice) {
        let kind = notice.kind;
        if self.notices.try_send(notice).is_err() {
            tracing::warn!("the desktop does not accept notifications");
            if kind == Kind::Question {
                self.inputs.offer(Msg::Asked(false));
            }
        }
    }
}

/// The last notification.
#[derive(Default)]
struct Said {
    /// Its number at the server; 0 if there is nothing to replace.
    id: u32,
    /// The keys of its buttons, with their choices.
    buttons: Vec<(String, Choice)>,
}

impl Said {
    /// Returns the choice for a click, only once.
    fn clicked(&mut self, id: u32, key: &str) -> Option<Choice> {
        let at = self.buttons.iter().position(|(button, _)| button == key);
        let (_, choice) = self.buttons.get(at.filter(|_| id == self.id)?)?.clone();
        self.buttons.clear();
        Some(choice)
    }
}

/// The last notifications. News do not replace a question.
#[derive(Default)]
struct Last {
    news: Said,
    question: Said,
}

impl Last {
    fn of(&mut self, kind: Kind) -> &mut Said {
        match kind {
            Kind::News | Kind::Problem => &mut self.news,
            Kind::Question => &mut self.question,
        }
    }
}

async fn say_all(
    bus: &zbus::Connection,
    mut notices: mpsc::Receiver<Notice>,
    inputs: Inputs,
) -> zbus::Result<()> {
    let server = ServerProxy::new(bus).await?;
    let mut clicks = server.receive_action_invoked().await?;
    let mut owners = server.inner().receive_owner_changed().await?;
    let mut last = Last::default();
    let mut count = 0_u32;
    loop {
        tokio::select! {
            // Another server has its own numbers. An old number could be that of another program's
            // notification.
            Some(_) = owners.next() => last = Last::default(),
            Some(click) = clicks.next() => {
                let Ok(click) = click.args() else { continue };
                // Some servers send every click to all programs.
                let (id, key) = (*click.id(), click.action_key());
                let choice = last.news.clicked(id, key);
                if let Some(choice) = choice.or_else(|| last.question.clicked(id, key)) {
                    inputs.send(Input::Msg(Msg::Chosen(choice))).await;
                }
            }
            notice = notices.recv() => {
                let Some(notice) = notice else { return Ok(()) };
                let buttons: Vec<_> = notice.actions.iter().map(|(_, choice)| {
                    count = count.wrapping_add(1);
                    (key(count), *choice)
                }).collect();
                let said = last.of(notice.kind);
                let result = say(&server, &notice, said.id, &buttons).await;
                let was_shown = result.is_ok();
                match result {
                    Ok(id) => *said = Said { id, buttons },
                    Err(error) => tracing::warn!(%error, "the desktop does not accept notifications"),
                }
                if notice.kind == Kind::Question {
                    inputs.send(Input::Msg(Msg::Asked(was_shown))).await;
                }
            }
        }
    }
}

/// Returns a unique key for a button.
fn key(number: u32) -> String {
    format!("mfactl-{number}")
}

async fn say(
    server: &ServerProxy<'_>,
    notice: &Notice,
    replaces: u32,
    buttons: &[(String, Choice)],
) -> zbus::Result<u32> {
    let capabilities = server.get_capabilities().await.unwrap_or_default();
    let is_markup = capabilities.iter().any(|name| name == "body-markup");
    let body = if is_markup {
        escape(&notice.body)
    } else {
        notice.body.clone()
    };
    let labels = notice.actions.iter().map(|(label, _)| label.as_str());
    let keys = buttons.iter().map(|(key, _)| key.as_str());
    let actions: Vec<_> = keys.zip(labels).flat_map(|pair| [pair.0, pair.1]).collect();
    let mut hints = HashMap::from([("desktop-entry", Variant::from("org.mfactl.Tray"))]);
    if notice.kind == Kind::News {
        // The notification is not kept in the list of missed ones.
        hints.insert("transient", Variant::from(true));
    }
    let shown = match notice.kind {
        Kind::News | Kind::Problem => SHOWN,
        Kind::Question => ASKED,
    };
    let summary = &notice.summary;
    server
        .notify(
            "mfactl", replaces, "mfactl", summary, &body, &actions, hints, shown,
        )
        .await
}

/// Escapes a text, because a name may look like markup.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
