//! Asks for a yes in a window of the tray's own.
//!
//! The window has no session bus. There, another program could press its buttons: it could take the name under which
//! the pinentry of GNOME looks for the shell, or the name of a zenity that is already running. Such a pinentry does not
//! work without the bus, and the next program is tried. On Windows, the window belongs to the tray itself.

use super::pinentry::{self, Confirmation};
use super::{Answer, Reach, dialog};
use crate::platform;

/// The button that changes nothing.
const NO: &str = "Cancel";

/// Asks `text`, with `yes` on the button that agrees. All users of the machine can see both.
pub(crate) async fn ask(text: &str, yes: &str) -> Answer<()> {
    if platform::ASKS_ITSELF {
        return match platform::answer(text.to_owned(), yes, NO).await {
            Answer::Given(true) => Answer::Given(()),
            Answer::Given(false) | Answer::Cancelled => Answer::Cancelled,
            Answer::Nobody => Answer::Nobody,
        };
    }
    match dialog::ask(&platform::confirm_prompts(text, yes, NO), Reach::Screen).await {
        Answer::Given(_) => return Answer::Given(()),
        Answer::Cancelled => return Answer::Cancelled,
        Answer::Nobody => {}
    }
    let confirmation = Confirmation {
        title: "mfactl",
        text,
        yes,
        no: NO,
    };
    pinentry::confirm(&confirmation).await
}
