//! The labels of accounts in the menu and in notifications.
//!
//! Names come from QR codes of others. A right-to-left name would reorder the text beside it, so it is
//! isolated; see [`mfa_core::bidi`]. Other rows contain no invisible characters.

use std::collections::HashMap;

use mfa_core::account::is_invisible;
use mfa_core::bidi::{isolate, turns_around};
use mfa_core::{Account, AccountId};
use unicode_width::UnicodeWidthChar;

/// A mark that makes a row begin at the left, even if its first letter is a right-to-left one. Pango also
/// looks for that letter inside isolates.
pub(super) const FROM_THE_LEFT: char = '\u{200e}';
/// The maximum width of a label, in columns. A menu is as wide as its longest row, and panels cut rows that
/// are too wide.
pub(super) const MAX: usize = 60;
/// The width to which a user name is shortened before its issuer is.
const MIN_USERNAME: usize = 12;
/// The maximum width of a name that follows a label to distinguish equal ones.
const MAX_NAME: usize = 20;
/// The text between an issuer and a user name.
const DASH: &str = " — ";

/// The labels of all accounts, by id.
#[derive(Debug, Default)]
pub(super) struct Labels(HashMap<AccountId, Label>);

#[derive(Debug)]
struct Label {
    row: Parts,
    title: String,
}

impl Labels {
    /// Creates labels that distinguish the accounts.
    pub(super) fn new(accounts: &[Account]) -> Self {
        let mut issuers: HashMap<&str, usize> = HashMap::new();
        let mut rows: HashMap<String, usize> = HashMap::new();
        for account in accounts {
            *issuers.entry(&account.issuer).or_default() += 1;
            *rows.entry(Parts::new(account, "").plain()).or_default() += 1;
        }
        let row = |account: &Account| {
            let row = Parts::new(account, "");
            match rows.get(&row.plain()) {
                Some(2..) if !account.issuer.is_empty() => Parts::new(account, &account.name),
                _ => row,
            }
        };
        let label = |account: &Account| Label {
            row: row(account),
            title: title(account, issuers[&*account.issuer] > 1),
        };
        let labels = accounts.iter().map(|account| (account.id, label(account)));
        Self(labels.collect())
    }

    /// Returns the label of a menu row: `Amazon Web Services — root@1234`. If two labels would be equal, the
    /// names follow.
    pub(super) fn row(&self, account: &Account) -> String {
        let label = self.0.get(&account.id);
        label.map_or_else(String::new, |label| label.row.shown())
    }

    /// Returns the same label without isolation characters, for sorting and comparing.
    pub(super) fn plain(&self, account: &Account) -> String {
        let label = self.0.get(&account.id);
        label.map_or_else(String::new, |label| label.row.plain())
    }

    /// Returns the label for a sentence: the issuer, and the user name if there are several accounts of that
    /// issuer.
    pub(super) fn title(&self, account: AccountId) -> &str {
        self.0.get(&account).map_or("", |label| &label.title)
    }
}

/// The parts of a row: the issuer, the user name, and the name of the account if it is needed.
#[derive(Debug)]
struct Parts {
    issuer: String,
    username: String,
    name: String,
}

impl Parts {
    /// Returns parts that fit into a row. The user name is shortened first, then the issuer.
    fn new(account: &Account, name: &str) -> Self {
        let issuer = if account.issuer.is_empty() {
            &account.name
        } else {
            &account.issuer
        };
        let name = clean(name, MAX_NAME);
        let around = if name.is_empty() { 0 } else { " ()".len() };
        let room = MAX - width(DASH) - width(&name) - around;
        let left = room.saturating_sub(width(&clean(issuer, room)));
        let username = clean(&account.username, left.max(MIN_USERNAME));
        Self {
            issuer: clean(issuer, room - width(&username)),
            username,
            name,
        }
    }

    fn plain(&self) -> String {
        self.join(ToOwned::to_owned)
    }

    fn shown(&self) -> String {
        let plain = self.plain();
        if !turns_around(&plain) {
            return plain;
        }
        format!("{FROM_THE_LEFT}{}", self.join(isolate))
    }

    fn join(&self, part: impl Fn(&str) -> String) -> String {
        let mut row = part(&self.issuer);
        if !self.username.is_empty() {
            row.push_str(DASH);
            row.push_str(&part(&self.username));
        }
        if !self.name.is_empty() {
            row.push_str(&format!(" ({})", part(&self.name)));
        }
        row
    }
}

fn title(account: &Account, has_sibling: bool) -> String {
    let who = match (account.issuer.as_str(), account.username.as_str()) {
        ("", _) => return isolated(&clean(&account.name, MAX)),
        (_, "") => &account.name,
        (_, username) => username,
    };
    let title = if has_sibling {
        clean(&format!("{} ({who})", account.issuer), MAX)
    } else {
        clean(&account.issuer, MAX)
    };
    isolated(&title)
}

/// Returns a name for a sentence, isolated if it could reorder the sentence.
pub(super) fn isolated(name: &str) -> String {
    if turns_around(name) {
        isolate(name)
    } else {
        name.to_owned()
    }
}

/// Returns a row that begins at the left, even if its first name is a right-to-left one.
pub(super) fn from_the_left(row: String) -> String {
    if turns_around(&row) {
        format!("{FROM_THE_LEFT}{row}")
    } else {
        row
    }
}

/// Returns the sort key of a row.
pub(super) fn key(label: &str) -> String {
    label.to_lowercase()
}

/// Cleans a text, because names come from QR codes of others. Removes line breaks and characters that reorder
/// text, and shortens the text to `max` columns.
pub(super) fn clean(text: &str, max: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = |c: &char| !c.is_control() && !is_invisible(*c);
    let text: String = text.chars().filter(plain).collect();
    if width(&text) <= max {
        return text;
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= max
    };
    let mut label: String = text.chars().take_while(fits).collect();
    label.truncate(label.trim_end().len());
    label.push('…');
    label
}

/// Splits a text into lines of at most `max` columns. Lines end between words, unless a word is longer than a
/// line.
pub(super) fn wrapped(text: &str, max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > max {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if width(&line) + c.width().unwrap_or(0) > max {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    lines
}

/// Returns the width of a text in columns.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}
