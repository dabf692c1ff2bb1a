//! Notifications, over our own connection to the bus; see
//! <https://specifications.freedesktop.org/notification-spec/latest/>.
//!
//! The crate notify-rust opens a connection for each notification. GNOME takes away what a program
//! has said once the connection is closed, so none of them could ever be.

use std::collections::HashMap;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use zbus::Variant;

use crate::input::{Input, Inputs};
use crate::model::notice::{Kind, Notice};
use crate::model::{Choice, Msg};
use crate::port::Notifier;

/// How many may wait to be said.
const QUEUE: usize = 16;
/// How long one is shown, in milliseconds.
const SHOWN: i32 = 8_000;
/// How long one that asks something is shown.
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

/// Says notices on the desktop.
pub(crate) struct Notifications(mpsc::Sender<Notice>);

impl Notifications {
    /// Starts to listen, as a task that lasts as long as the runtime.
    pub(crate) fn start(bus: zbus::Connection, inputs: Inputs) -> Self {
        let (sender, notices) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            if let Err(error) = say_all(&bus, notices, inputs).await {
                tracing::error!(%error, "nothing can be said");
            }
        });
        Self(sender)
    }
}

impl Notifier for Notifications {
    fn say(&mut self, notice: Notice) {
        if self.0.try_send(notice).is_err() {
            tracing::warn!("the desktop takes no notifications");
        }
    }
}

/// What was said last.
#[derive(Default)]
struct Said {
    /// Its number at the server; 0 if there is nothing to be replaced.
    id: u32,
    /// The keys of its buttons and what those do.
    buttons: Vec<(String, Choice)>,
}

impl Said {
    /// What a click calls for, once.
    fn clicked(&mut self, id: u32, key: &str) -> Option<Choice> {
        let at = self.buttons.iter().position(|(button, _)| button == key);
        let (_, choice) = self.buttons.get(at.filter(|_| id == self.id)?)?.clone();
        self.buttons.clear();
        Some(choice)
    }
}

/// A question is not replaced by what is said meanwhile.
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
            // Another server has numbers of its own: they would be those of others' notifications.
            Some(_) = owners.next() => last = Last::default(),
            Some(click) = clicks.next() => {
                let Ok(click) = click.args() else { continue };
                // Some servers tell everybody of every click.
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
                    (key(count), choice.clone())
                }).collect();
                let said = last.of(notice.kind);
                match say(&server, &notice, said.id, &buttons).await {
                    Ok(id) => *said = Said { id, buttons },
                    Err(error) => tracing::warn!(%error, "the desktop takes no notifications"),
                }
            }
        }
    }
}

/// The key of one button, which is that of no other.
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
        // Not kept where one looks for what one has missed.
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

/// A name may look like markup.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
