//! Notifications: balloons of the icon, which Windows shows as it shows all notifications.
//!
//! Toasts would need a program that is installed under an identity of its own, and a runtime of which
//! we need nothing else.

use std::sync::mpsc::SyncSender;

use mfa_sys::tray::Waker;

use crate::model::notice::Notice;
use crate::port::Notifier;

/// How many may wait to be said.
pub(super) const QUEUE: usize = 16;
/// The longest title, in UTF-16 units.
const MAX_TITLE: usize = 63;

/// Says notices on the desktop.
pub(crate) struct Notifications {
    notices: SyncSender<Notice>,
    waker: Waker,
}

impl Notifications {
    /// Leaves notices there, and wakes who says them.
    pub(super) fn new(notices: SyncSender<Notice>, waker: Waker) -> Self {
        Self { notices, waker }
    }
}

impl Notifier for Notifications {
    fn say(&mut self, notice: Notice) {
        if self.notices.try_send(notice).is_err() {
            tracing::warn!("the desktop takes no notifications");
        }
        self.waker.wake();
    }
}

/// The title and the text of a balloon, which has room for little in its title, shows none without a
/// text, and has no button but itself.
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
    use crate::model::notice;

    #[test]
    fn everything_is_said_somewhere() {
        let added = notice::added("id", "AWS", "aws");
        let (title, text) = balloon(&added);
        assert_eq!(title, "\u{2068}AWS\u{2069} added as \u{2068}aws\u{2069}");
        assert_eq!(
            text,
            "Click it in the menu to copy its code.\nClick here: Two codes in a row"
        );
        let (title, text) = balloon(&notice::added_several(2, 0, None));
        assert_eq!(
            (title.as_str(), text.as_str()),
            ("mfactl", "2 accounts added")
        );
        let long = "A name that is longer than a title of a balloon may be in all, by far";
        let (title, text) = balloon(&notice::not_done(long, "why"));
        assert_eq!((title.as_str(), text), ("mfactl", format!("{long}\nWhy.")));
    }
}
