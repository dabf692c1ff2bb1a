//! What an account is called, in the menu and in notifications.
//!
//! Names come from QR codes of others. Each is isolated, so that one that is read from the right to the
//! left turns around nothing beside it: see [`mfa_core::bidi`].

use std::collections::HashMap;

use mfa_core::account::is_invisible;
use mfa_core::bidi::isolate;
use mfa_ipc::types::AccountInfo;
use unicode_width::UnicodeWidthChar;

/// Makes a row begin at the left, though the first letter in it may be read from the right: Pango looks for
/// that letter in what is isolated, too.
pub(super) const FROM_THE_LEFT: char = '\u{200e}';
/// The longest label in columns; menus get as wide as their longest row, and panels cut what is wider.
pub(super) const MAX: usize = 60;
/// What a user name is shortened to before its issuer is.
const MIN_USERNAME: usize = 12;
/// The longest name that stands behind one, to tell twins apart.
const MAX_NAME: usize = 20;
/// What stands between an issuer and a user name.
const DASH: &str = " — ";

/// What each account is called, by its id.
#[derive(Debug, Default)]
pub(super) struct Labels(HashMap<String, Label>);

#[derive(Debug)]
struct Label {
    row: Parts,
    title: String,
}

impl Labels {
    /// Names accounts so that they can be told apart.
    pub(super) fn new(accounts: &[AccountInfo]) -> Self {
        let mut issuers: HashMap<&str, usize> = HashMap::new();
        let mut rows: HashMap<String, usize> = HashMap::new();
        for account in accounts {
            *issuers.entry(&account.issuer).or_default() += 1;
            *rows.entry(Parts::new(account, "").plain()).or_default() += 1;
        }
        let row = |account: &AccountInfo| {
            let row = Parts::new(account, "");
            match rows.get(&row.plain()) {
                Some(2..) if !account.issuer.is_empty() => Parts::new(account, &account.name),
                _ => row,
            }
        };
        let label = |account: &AccountInfo| Label {
            row: row(account),
            title: title(account, issuers[&*account.issuer] > 1),
        };
        let labels = accounts
            .iter()
            .map(|account| (account.id.clone(), label(account)));
        Self(labels.collect())
    }

    /// A row of the menu: `Amazon Web Services — root@1234`. Where two would be the same, their names follow.
    pub(super) fn row(&self, account: &AccountInfo) -> String {
        let label = self.0.get(&account.id);
        label.map_or_else(String::new, |label| label.row.shown())
    }

    /// The same, as it is sorted and compared: nothing in it is isolated.
    pub(super) fn plain(&self, account: &AccountInfo) -> String {
        let label = self.0.get(&account.id);
        label.map_or_else(String::new, |label| label.row.plain())
    }

    /// In a sentence: the issuer, and the user name where there are several of that issuer.
    pub(super) fn title(&self, account: &str) -> &str {
        self.0.get(account).map_or("", |label| &label.title)
    }
}

/// What a row is made of: who issues the codes, for whom, and the name of the account where that is needed.
#[derive(Debug)]
struct Parts {
    issuer: String,
    username: String,
    name: String,
}

impl Parts {
    /// All that fits into a row: the user name gives way, then the issuer.
    fn new(account: &AccountInfo, name: &str) -> Self {
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

fn title(account: &AccountInfo, has_sibling: bool) -> String {
    let who = match (account.issuer.as_str(), account.username.as_str()) {
        ("", _) => return isolate(&clean(&account.name, MAX)),
        (_, "") => &account.name,
        (_, username) => username,
    };
    let title = if has_sibling {
        clean(&format!("{} ({who})", account.issuer), MAX)
    } else {
        clean(&account.issuer, MAX)
    };
    isolate(&title)
}

/// What a row is sorted by.
pub(super) fn key(label: &str) -> String {
    label.to_lowercase()
}

/// Names come from QR codes of others: nothing that breaks a line or turns the text around, and not
/// without end. `max` is in columns.
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

/// How many columns a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}
