//! What an account is called, in the menu and in notifications.

use std::collections::HashMap;

use mfa_core::account::is_invisible;
use mfa_ipc::types::AccountInfo;

/// The longest label in characters; menus get as wide as their longest row.
pub(super) const MAX: usize = 60;

/// What each account is called, by its id.
#[derive(Debug, Default)]
pub(super) struct Labels(HashMap<String, Label>);

#[derive(Debug)]
struct Label {
    row: String,
    title: String,
}

impl Labels {
    /// Names accounts so that they can be told apart.
    pub(super) fn new(accounts: &[AccountInfo]) -> Self {
        let mut issuers: HashMap<&str, usize> = HashMap::new();
        let mut rows: HashMap<(&str, &str), usize> = HashMap::new();
        for account in accounts {
            *issuers.entry(&account.issuer).or_default() += 1;
            *rows
                .entry((&account.issuer, &account.username))
                .or_default() += 1;
        }
        let label = |account: &AccountInfo| Label {
            row: row(account, rows[&(&*account.issuer, &*account.username)] > 1),
            title: title(account, issuers[&*account.issuer] > 1),
        };
        let labels = accounts
            .iter()
            .map(|account| (account.id.clone(), label(account)));
        Self(labels.collect())
    }

    /// A row of the menu: `Amazon Web Services — root@1234`. Where two would be the same, their names follow.
    pub(super) fn row(&self, account: &AccountInfo) -> &str {
        self.0.get(&account.id).map_or("", |label| &label.row)
    }

    /// In a sentence: the issuer, and the user name where there are several of that issuer.
    pub(super) fn title(&self, account: &str) -> &str {
        self.0.get(account).map_or("", |label| &label.title)
    }
}

fn row(account: &AccountInfo, has_twin: bool) -> String {
    let label = match (account.issuer.as_str(), account.username.as_str()) {
        ("", "") => account.name.clone(),
        ("", username) => format!("{} — {username}", account.name),
        (issuer, "") => issuer.to_owned(),
        (issuer, username) => format!("{issuer} — {username}"),
    };
    if has_twin && !account.issuer.is_empty() {
        clean(&format!("{label} ({})", account.name), MAX)
    } else {
        clean(&label, MAX)
    }
}

fn title(account: &AccountInfo, has_sibling: bool) -> String {
    let who = match (account.issuer.as_str(), account.username.as_str()) {
        ("", _) => return clean(&account.name, MAX),
        (_, "") => &account.name,
        (_, username) => username,
    };
    if has_sibling {
        clean(&format!("{} ({who})", account.issuer), MAX)
    } else {
        clean(&account.issuer, MAX)
    }
}

/// What a row is sorted by.
pub(super) fn key(label: &str) -> String {
    label.to_lowercase()
}

/// Names come from QR codes of others: nothing that breaks a line or turns the text around, and not
/// without end.
pub(super) fn clean(text: &str, max: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = |c: &char| !c.is_control() && !is_invisible(*c);
    let mut label: String = text.chars().filter(plain).collect();
    if label.chars().count() > max {
        label = label.chars().take(max - 1).collect();
        label.push('…');
    }
    label
}
