//! Notifications as balloons of the icon, which Windows shows like any notification.
//!
//! Toasts would require an installed program with its own identity, and a runtime that the tray
//! does not need otherwise.

use std::sync::mpsc::SyncSender;

use mfa_sys::tray::Waker;

use crate::input::Inputs;
use crate::model::Msg;
use crate::model::notice::{Kind, Notice};
use crate::port::Notifier;

/// The number of notifications that may wait.
pub(super) const QUEUE: usize = 16;
/// The maximum length of a title, in UTF-16 units.
const MAX_TITLE: usize = 63;

/// Shows notifications on the desktop.
pub(crate) struct Notifications {
    notices: SyncSender<Notice>,
    waker: Waker,
    inputs: Inputs,
}

impl Notifications {
    /// Creates a handle that queues notifications and wakes the thread that shows them.
    pub(super) fn new(notices: SyncSender<Notice>, waker: Waker, inputs: Inputs) -> Self {
        Self {
            notices,
            waker,
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
        self.waker.wake();
    }
}

/// Returns the title and the text of a balloon. A balloon has little room in its title, is not
/// shown without a text, and has no buttons: a click on it is the only action.
pub(super) fn balloon(notice: &Notice) -> (String, String) {
    let mut lines = vec![notice.summary.as_str(), notice.body.as_str()];
    let is_short = notice.summary.encode_utf16().count() <= MAX_TITLE;
    let title = if is_short && !notice.body.is_empty() {
        lines.remove(0)
    } else {
        "mfactl"
    };
    let button = notice.actions.first();
    let button = button.map(|(label, _)| format!("Click here: {label}"));
    lines.extend(button.as_deref());
    lines.retain(|line| !line.is_empty());
    (title.to_owned(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{notice, tests::id};

    #[test]
    fn everything_is_said_somewhere() {
        let added = notice::added(id("aws"), "AWS", "aws");
        let (title, text) = balloon(&added);
        assert_eq!(title, "AWS added as aws");
        assert_eq!(
            text,
            "Click it in the menu to copy its code.\nClick here: Two codes in a row"
        );
        let (title, text) = balloon(&notice::several(&mfa_intake::Tally {
            added: 2,
            ..mfa_intake::Tally::default()
        }));
        assert_eq!(
            (title.as_str(), text.as_str()),
            ("mfactl", "2 accounts added")
        );
        let long = "A name that is longer than a title of a balloon may be in all, by far";
        let (title, text) = balloon(&notice::not_done(long, "why"));
        assert_eq!((title.as_str(), text), ("mfactl", format!("{long}\nWhy.")));
    }
}
