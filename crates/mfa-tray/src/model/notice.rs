//! What is said to the user. Never a code: notifications are kept, shown on locked screens and read
//! by others.

use std::time::Duration;

use mfa_core::bidi::isolate;
use mfa_ipc::Error;

use super::label;

/// The longest body in characters.
const MAX_BODY: usize = 300;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The first line; plain text.
    pub summary: String,
    /// What follows; plain text, though some servers would read it as markup.
    pub body: String,
    /// What can be done about it: a button for each, the first one where there is room for one.
    pub actions: Vec<(String, super::Choice)>,
    /// How much it matters.
    pub kind: Kind,
}

/// How much a notification matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It may be missed.
    News,
    /// It has to be seen.
    Problem,
    /// It waits for an answer, and is not replaced by what is said meanwhile.
    Question,
}

fn plain(summary: String, body: &str) -> Notice {
    Notice {
        summary,
        body: body.to_owned(),
        actions: Vec::new(),
        kind: Kind::News,
    }
}

fn problem(summary: impl Into<String>, body: &str) -> Notice {
    Notice {
        summary: summary.into(),
        body: sentence(&label::clean(body, MAX_BODY)),
        actions: Vec::new(),
        kind: Kind::Problem,
    }
}

/// A code was copied, and is valid for so many seconds.
pub(super) fn copied(title: &str, left: Option<u64>) -> Notice {
    plain(format!("Code for {title} copied{}", valid(left)), "")
}

/// The current code ends too soon.
pub(super) fn waiting(title: &str, left: u64) -> Notice {
    let summary = format!("Waiting for the next code for {title}, {left} s");
    plain(summary, "The current one ends too soon to be used.")
}

/// The first of two was copied.
pub(super) fn first(title: &str, wait: Duration) -> Notice {
    plain(
        format!("First code for {title} copied"),
        &format!("Paste it, the next one comes in {} s.", wait.as_secs()),
    )
}

/// The second was copied.
pub(super) fn second(title: &str, left: Option<u64>) -> Notice {
    let summary = format!("Second code for {title} copied{}", valid(left));
    plain(summary, "Paste it, and that is all.")
}

fn valid(left: Option<u64>) -> String {
    left.map_or_else(String::new, |left| format!(", valid {left} s"))
}

/// No code was copied.
pub(super) fn failed(reason: &str) -> Notice {
    problem("No code was copied", reason)
}

/// What was chosen is no more.
pub(super) fn gone() -> Notice {
    problem("No code was copied", "The account is not there any more.")
}

/// Nobody shows the icon.
pub(super) fn no_panel(desktop: &str) -> Notice {
    let gnome = desktop
        .split(':')
        .any(|name| name.eq_ignore_ascii_case("gnome"));
    let body = if gnome {
        "GNOME needs the extension “AppIndicator and KStatusNotifierItem Support” for it (on Debian \
         and Ubuntu the package gnome-shell-extension-appindicator). Until then: mfactl get, in a terminal."
    } else {
        "It needs a panel with a tray (StatusNotifierItem). Until then: mfactl get, in a terminal."
    };
    problem("This desktop shows no tray icons", body)
}

/// The first account is there: what shall be seen of it?
pub(super) fn ask_about_codes() -> Notice {
    Notice {
        actions: vec![
            (
                "Show codes in the menu".to_owned(),
                super::Choice::ShowCodes(true),
            ),
            (
                "Keep them hidden".to_owned(),
                super::Choice::ShowCodes(false),
            ),
        ],
        kind: Kind::Question,
        ..plain(
            "Show codes in the menu of mfactl?".to_owned(),
            "A click copies a code either way. Codes that are shown can be read by other programs of yours. \
             “Show codes” in the menu changes it at any time.",
        )
    }
}

/// The user has started the tray once more, and its icon is shown.
pub(super) fn running() -> Notice {
    plain(
        "mfactl is in the panel".to_owned(),
        "Click its icon, and an account to copy its code.",
    )
}

/// An account was added.
#[must_use]
pub fn added(id: &str, issuer: &str, name: &str) -> Notice {
    let what = if issuer.is_empty() { name } else { issuer };
    Notice {
        actions: vec![(
            "Two codes in a row".to_owned(),
            super::Choice::Pair(id.to_owned()),
        )],
        ..plain(
            format!(
                "{} added as {}",
                isolate(&label::clean(what, label::MAX)),
                isolate(&label::clean(name, label::MAX))
            ),
            "Click it in the menu to copy its code.",
        )
    }
}

/// Several accounts were added, and some perhaps not; why the first of those was not.
#[must_use]
pub fn added_several(added: usize, failed: usize, why: Option<&str>) -> Notice {
    let summary = match added {
        0 => "No account was added".to_owned(),
        1 => "1 account added".to_owned(),
        _ => format!("{added} accounts added"),
    };
    match (failed, why) {
        (0, _) | (_, None) => plain(summary, ""),
        (1, Some(why)) => problem(summary, &format!("1 could not be added: {why}")),
        (_, Some(why)) => problem(
            summary,
            &format!("{failed} could not be added, the first because: {why}"),
        ),
    }
}

/// What was asked for in the menu was not done.
#[must_use]
pub fn not_done(what: &str, reason: &str) -> Notice {
    problem(what, reason)
}

/// An error of the daemon, for people.
#[must_use]
pub fn reason(error: &Error) -> String {
    match error {
        Error::Bus(_) => "The connection to the daemon was lost.".to_owned(),
        error => sentence(error.text()),
    }
}

/// What is said begins with a capital letter and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let end = if text.ends_with(['.', '…', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}
