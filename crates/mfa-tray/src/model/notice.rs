//! Notifications to the user. They never contain a code, because notifications are stored, shown on
//! locked screens and read by other programs.

use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::{Answer, Question};
use mfa_intake::{NOTHING_NEW, Tally, accounts};
use mfa_ipc::Error;
use mfa_ipc::types::{Fate, ImportResult};

use super::choice::Choice;
use super::{label, wording};

/// The maximum length of a body, in characters.
const MAX_BODY: usize = 300;
/// The maximum width of the path of a program, in columns.
const MAX_ASKER: usize = 120;
/// The maximum number of accounts that a notification has a remark about.
const MAX_REMARKS: usize = 2;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The first line, as plain text.
    pub summary: String,
    /// The rest, as plain text, although some servers would read it as markup.
    pub body: String,
    /// The buttons, with their actions. If there is room for only one, the first is shown.
    pub actions: Vec<(String, Choice)>,
    /// The importance.
    pub kind: Kind,
}

/// The importance of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user may miss it.
    News,
    /// The user must see it.
    Problem,
    /// It waits for an answer, and other notifications do not replace it.
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

/// A code was copied and is valid for `left` seconds.
pub(super) fn copied(title: &str, left: Option<u64>) -> Notice {
    plain(format!("Code for {title} copied{}", valid(left)), "")
}

/// The current code expires too soon. The next one comes in `left` seconds.
pub(super) fn waiting(title: &str, left: u64) -> Notice {
    let summary = format!("Next code for {title} in {left} s");
    plain(summary, "The current code expires too soon to be used.")
}

/// The next code was copied and is valid in `early` seconds.
pub(super) fn next(title: &str, early: u64) -> Notice {
    plain(
        format!("Next code for {title} copied, valid in {early} s"),
        "Many services refuse a code that comes too early.",
    )
}

/// The first of two codes was copied.
pub(super) fn first(title: &str, wait: Duration) -> Notice {
    plain(
        format!("First code for {title} copied"),
        &format!("Paste it. The next code comes in {} s.", wait.as_secs()),
    )
}

/// The second of two codes was copied.
pub(super) fn second(title: &str, left: Option<u64>) -> Notice {
    let summary = format!("Second code for {title} copied{}", valid(left));
    plain(summary, "Paste it to finish.")
}

fn valid(left: Option<u64>) -> String {
    left.map_or_else(String::new, |left| format!(", valid for {left} s"))
}

/// No code was copied.
pub(super) fn failed(reason: &str) -> Notice {
    problem("No code was copied", reason)
}

/// The chosen account no longer exists.
pub(super) fn gone() -> Notice {
    problem("No code was copied", "The account no longer exists.")
}

/// No panel shows the icon.
pub(super) fn no_panel(desktop: &str) -> Notice {
    let gnome = desktop
        .split(':')
        .any(|name| name.eq_ignore_ascii_case("gnome"));
    let body = if gnome {
        "GNOME needs the extension “AppIndicator and KStatusNotifierItem Support” (on Debian and Ubuntu, \
         the package gnome-shell-extension-appindicator). Until then, use mfactl get in a terminal."
    } else {
        "Add a panel with a tray (StatusNotifierItem). Until then, use mfactl get in a terminal."
    };
    problem("This desktop shows no tray icons", body)
}

/// The first account was added. Asks whether to show codes.
pub(super) fn ask_about_codes() -> Notice {
    Notice {
        actions: vec![
            ("Show codes in the menu".to_owned(), Choice::ShowCodes(true)),
            ("Keep them hidden".to_owned(), Choice::ShowCodes(false)),
        ],
        kind: Kind::Question,
        ..plain(
            "Show codes in the menu of mfactl?".to_owned(),
            "A click copies a code either way. Your other programs can read codes that are shown. You can \
             change this at any time with “Show codes” in the menu.",
        )
    }
}

/// The user started the tray again while its icon was shown.
pub(super) fn running() -> Notice {
    plain(
        "mfactl is in the panel".to_owned(),
        "Click its icon, then click an account to copy its code.",
    )
}

/// No account was used yet, so there is no last one.
pub(super) fn nothing_used() -> Notice {
    plain(
        "No code was used yet".to_owned(),
        "Click the icon of mfactl, then click an account to copy its code.",
    )
}

/// The user pressed the shortcut, and there is nothing to choose from.
pub(super) fn no_accounts() -> Notice {
    plain(
        "No accounts yet".to_owned(),
        "Add one in the menu of mfactl, or in a terminal: mfactl add.",
    )
}

/// An account was added.
#[must_use]
pub fn added(id: AccountId, issuer: &str, name: &str) -> Notice {
    let said = |text| label::isolated(&label::clean(text, label::MAX));
    let summary = match issuer {
        "" => format!("{} added", said(name)),
        issuer => format!("{} added as {}", said(issuer), said(name)),
    };
    Notice {
        actions: vec![("Two codes in a row".to_owned(), Choice::Pair(id))],
        ..plain(summary, "Click it in the menu to copy its code.")
    }
}

/// Several accounts were added, or were stored already, and perhaps some were not.
#[must_use]
pub fn several(tally: &Tally) -> Notice {
    let summary = match tally.added {
        0 if tally.is_nothing_new() => NOTHING_NEW.to_owned(),
        0 => "No account was added".to_owned(),
        added => format!("{} added", accounts(added)),
    };
    with_rest(plain(summary, ""), tally)
}

/// Adds to a notification what was not added, and why the first of it was skipped: this has to be seen.
#[must_use]
pub fn with_rest(mut notice: Notice, tally: &Tally) -> Notice {
    notice.body.push_str(&sentences(tally));
    notice.body = notice.body.trim_start().to_owned();
    if tally.skipped > 0 {
        notice.kind = Kind::Problem;
    }
    notice
}

/// Adds the same to the reason why the only account was not added.
#[must_use]
pub fn reason_with_rest(reason: &str, tally: &Tally) -> String {
    sentence(reason) + &sentences(tally)
}

/// Returns what was not added, and why the first of it was skipped, as sentences, each after a space.
fn sentences(tally: &Tally) -> String {
    let rest = label::clean(&tally.rest(), MAX_BODY);
    let why = tally.why.as_ref();
    let why = why.map(|why| sentence(&label::clean(why, MAX_BODY)));
    let said = [Some(rest), why].into_iter().flatten();
    said.filter(|text| !text.is_empty())
        .map(|text| format!(" {text}"))
        .collect()
}

/// Adds remarks on the account that was added: what was cut, and that its secret is short.
#[must_use]
pub fn with_remarks(mut notice: Notice, remarks: &[String]) -> Notice {
    for remark in remarks {
        notice.body.push_str(&format!(" {}", sentence(remark)));
    }
    notice.body = notice.body.trim_start().to_owned();
    notice
}

/// Returns a remark about each of the first accounts that were changed to fit, and the number of the others.
#[must_use]
pub fn about_several(results: &[ImportResult]) -> Vec<String> {
    let added = results.iter().filter(|result| result.fate == Fate::Added);
    let changed: Vec<_> = added
        .filter_map(|result| Some((&result.name, result.reason.as_ref()?)))
        .collect();
    let about = |(name, what): &(&String, &String)| {
        let name = label::isolated(&label::clean(name, label::MAX));
        format!("About {name}: {what}")
    };
    let mut remarks: Vec<_> = changed.iter().take(MAX_REMARKS).map(about).collect();
    match changed.len().saturating_sub(MAX_REMARKS) {
        0 => {}
        1 => remarks.push("1 more account was changed to fit".to_owned()),
        more => remarks.push(format!("{more} more accounts were changed to fit")),
    }
    remarks
}

/// An action of the menu failed.
#[must_use]
pub fn not_done(what: &str, reason: &str) -> Notice {
    problem(what, reason)
}

/// An answer to the question of a program did not arrive.
#[must_use]
pub fn not_answered(error: &Error) -> Notice {
    match error {
        Error::NotFound(_) => question_over(),
        error => problem("Your answer was not accepted", &reason(error)),
    }
}

/// A program waits for an answer. A click shows the question, and answers nothing.
#[must_use]
pub fn asked(question: &Question) -> Notice {
    let asker = label::clean(&question.asker, MAX_ASKER);
    Notice {
        actions: vec![("Answer…".to_owned(), Choice::Ask(question.id))],
        kind: Kind::Problem,
        ..plain(
            wording::title(question),
            &format!("Program: {asker}\nThe answers are also in the menu of the tray."),
        )
    }
}

/// The question of a program was over before it was answered.
pub(super) fn question_over() -> Notice {
    problem(
        "The question is no longer open",
        "It was answered elsewhere, nobody answered it in time, or the program has ended. Your answer \
         changes nothing.",
    )
}

/// The window that confirms an answer to the question with this number cannot be shown. `is_own`: by the tray itself, and
/// not by another program.
pub(super) fn needs_terminal(question: u64, answer: Answer, is_own: bool) -> Notice {
    let command = approving(question, answer);
    let reason = match is_own {
        true => {
            format!("The window that confirms it cannot be shown. Run “{command}” in a terminal.")
        }
        false => format!(
            "No program can show the window that confirms it. Run “{command}” in a terminal, or install zenity or kdialog."
        ),
    };
    problem("Your answer needs a terminal", &reason)
}

/// The user has just cancelled the window that confirms an answer to the question with this number. `is_own`: the
/// notification of the question is the tray's own and opens such a window too.
pub(super) fn cancelled(question: u64, answer: Answer, left: u64, is_own: bool) -> Notice {
    let left = left.max(1);
    let or_notification = if is_own {
        ""
    } else {
        "use its notification, or "
    };
    problem(
        "You just cancelled this answer",
        &format!(
            "Another program may be choosing this answer for you, so the confirmation window stays closed for {left} s. To allow the request \
             now, {or_notification}run “{}” in a terminal.",
            approving(question, answer)
        ),
    )
}

/// Returns the command that gives an answer.
fn approving(question: u64, answer: Answer) -> String {
    let option = match answer {
        Answer::UntilLocked => " --until-locked",
        Answer::Always => " --always",
        Answer::Once | Answer::Deny | Answer::Never => "",
    };
    format!("mfactl access approve {question}{option}")
}

/// The user chose an action while another one, `entry`, may be asking something.
#[must_use]
pub fn still_going(entry: &str) -> Notice {
    problem(
        format!("“{entry}” is still open"),
        "Answer its question or close its window, then choose again.",
    )
}

/// Returns the text of an error of the daemon.
#[must_use]
pub fn reason(error: &Error) -> String {
    match error {
        Error::Bus(_) => "The connection to the daemon was lost.".to_owned(),
        error => sentence(error.text()),
    }
}

/// Returns the text with a capital letter at the beginning and a full stop at the end.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let end = if text.ends_with(['.', '…', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}
