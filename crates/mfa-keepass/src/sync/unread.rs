//! What of a database no account has, although a person may think so. It stays in the file as it is, and is named.

use keepass::Database;
use keepass::db::EntryRef;
use mfa_core::AccountId;

use crate::entry::{self, is_in_bin};

/// Returns the titles of the entries of accounts that have a second secret.
#[must_use]
pub fn other_secrets(database: &Database) -> Vec<String> {
    titles(database, |entry| {
        entry::has_link(entry) && entry::has_another_secret(entry)
    })
}

/// Returns the titles of the entries whose links cannot be read.
#[must_use]
pub fn links(database: &Database) -> Vec<String> {
    titles(database, |entry| {
        let id = AccountId::from_bytes(entry.id().uuid().into_bytes());
        entry::has_link(entry) && entry::read(id, entry).is_none()
    })
}

/// Returns the titles of the entries whose codes are not in a link, so that they are no accounts.
#[must_use]
pub fn other_codes(database: &Database) -> Vec<String> {
    titles(database, |entry| {
        !entry::has_link(entry) && entry::has_codes(entry)
    })
}

/// Returns which texts of accounts are too long to be here as a whole: “notes of aws”.
#[must_use]
pub fn cut(database: &Database) -> Vec<String> {
    let entries = database.iter_all_entries();
    let entries = entries.filter(|entry| entry::has_link(entry) && !is_in_bin(entry));
    let mut cut: Vec<_> = entries
        .filter_map(|entry| {
            let long = entry::too_long(&entry);
            let title: String = title(&entry).chars().take(MAX_TITLE).collect();
            (!long.is_empty()).then(|| format!("{} of {title}", long.join(" and ")))
        })
        .collect();
    cut.sort_unstable();
    cut
}

/// How much of a title is named that may itself be too long.
const MAX_TITLE: usize = 60;

fn titles(database: &Database, is_one: impl Fn(&EntryRef<'_>) -> bool) -> Vec<String> {
    let entries = database.iter_all_entries();
    let found = entries.filter(|entry| !is_in_bin(entry) && is_one(entry));
    let mut titles: Vec<_> = found.map(|entry| title(&entry)).collect();
    titles.sort_unstable();
    titles
}

fn title(entry: &EntryRef<'_>) -> String {
    entry.get_title().unwrap_or_default().to_owned()
}
