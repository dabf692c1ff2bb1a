//! Notifications, by the crate notify-rust; see
//! <https://specifications.freedesktop.org/notification-spec/latest/>.

use std::time::Duration;

use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Timeout, Urgency};
use tokio::sync::mpsc;

use crate::input::{Input, Inputs};
use crate::model::notice::Notice;
use crate::model::{Choice, Msg};
use crate::port::Notifier;

/// How many may wait to be said.
const QUEUE: usize = 16;
/// How long one is shown.
const SHOWN: Duration = Duration::from_secs(8);
/// After this long the last one is gone, and need not be replaced any more.
const FORGOTTEN: Duration = Duration::from_secs(10);
/// How long we wait for a click on its button.
const CLICK: Duration = Duration::from_secs(300);

/// Says notices on the desktop.
pub(crate) struct Notifications(mpsc::Sender<Notice>);

impl Notifications {
    /// Starts to listen, as a task that lasts as long as the runtime.
    pub(crate) fn start(inputs: Inputs) -> Self {
        let (sender, notices) = mpsc::channel(QUEUE);
        tokio::spawn(say_all(notices, inputs));
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

async fn say_all(mut notices: mpsc::Receiver<Notice>, inputs: Inputs) {
    // Each comes over a connection of its own, and GNOME takes away what a program has said once
    // the connection is closed: so they are kept until the last one is gone.
    let mut said: Vec<NotificationHandle> = Vec::new();
    loop {
        let next = if said.is_empty() {
            notices.recv().await
        } else {
            match tokio::time::timeout(FORGOTTEN, notices.recv()).await {
                Ok(notice) => notice,
                Err(_) => {
                    said.clear();
                    continue;
                }
            }
        };
        let Some(notice) = next else { return };
        let last = said.last().map(NotificationHandle::id);
        match notification(&notice, last).show_async().await {
            Ok(handle) => match notice.action {
                Some((_, choice)) => {
                    tokio::spawn(wait_for_click(handle, choice, inputs.clone()));
                }
                None => said.push(handle),
            },
            Err(error) => tracing::warn!(%error, "the desktop takes no notifications"),
        }
    }
}

fn notification(notice: &Notice, last: Option<u32>) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("mfactl")
        .icon("mfactl")
        .summary(&notice.summary)
        .body(&notice.body)
        .hint(Hint::DesktopEntry("org.mfactl.Tray".to_owned()))
        .hint(Hint::Urgency(Urgency::Normal))
        .timeout(Timeout::from(SHOWN));
    if !notice.is_problem {
        // Not kept where one looks for what one has missed.
        notification.hint(Hint::Transient(true));
    }
    if let Some((label, _)) = &notice.action {
        notification.action("choose", label);
    }
    if let Some(last) = last {
        notification.id(last);
    }
    notification
}

/// The server may go away without a word, so there is an end to waiting.
async fn wait_for_click(handle: NotificationHandle, choice: Choice, inputs: Inputs) {
    let mut clicked = false;
    let clicking = handle.wait_for_action_async(|response: &NotificationResponse| {
        clicked = matches!(response, NotificationResponse::Action(name) if name == "choose");
    });
    drop(tokio::time::timeout(CLICK, clicking).await);
    if clicked {
        inputs.send(Input::Msg(Msg::Chosen(choice))).await;
    }
}
