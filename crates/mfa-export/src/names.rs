//! The names by which other apps show accounts.

use std::collections::HashSet;

use mfa_core::item::Entry;
use mfa_core::site::Site;
use mfa_core::{Account, naming};

/// Tells the names that an import would choose again from those that the user has chosen.
#[derive(Default)]
pub(crate) struct Usual(HashSet<String>);

impl Usual {
    /// Returns whether an import would choose the name of the next account, after those before it.
    pub(crate) fn is_usual(&mut self, account: &Account) -> bool {
        let (issuer, username) = (&account.issuer, &account.username);
        let name = naming::suggest(issuer, username, |name| self.0.contains(name));
        let is_usual = name == account.name;
        self.0.insert(name);
        is_usual
    }
}

/// Returns each account with the name that the user has chosen for it, if there is one.
pub(crate) fn named(entries: &[Entry]) -> impl Iterator<Item = (&Entry, Option<&str>)> {
    let mut usual = Usual::default();
    entries.iter().map(move |entry| {
        let own = !usual.is_usual(&entry.account);
        (entry, own.then_some(entry.account.name.as_str()))
    })
}

/// Returns the issuer, or else the user name.
pub(crate) fn issuer(account: &Account) -> &str {
    match &*account.issuer {
        "" => &account.username,
        issuer => issuer,
    }
}

/// Returns a text, unless it is empty.
pub(crate) fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the address of a site, as password managers have it with an entry.
pub(crate) fn address(site: &Site) -> String {
    format!("https://{site}")
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Kind;
    use mfa_core::{AccountId, Secret};

    use super::*;

    #[test]
    fn names_that_an_import_chooses_again_are_not_the_users() {
        let entry = |name: &str, username: &str| Entry {
            account: Account {
                name: name.into(),
                issuer: "Amazon Web Services".into(),
                username: username.into(),
                ..Account::new(AccountId::from_random([1; 16]), Kind::Steam, 0)
            },
            secret: Secret::from_bytes(vec![1]).unwrap(),
        };
        let entries = [
            entry("aws", "root"),
            entry("aws-jane", "jane"),
            entry("aws-work", "joe"),
            entry("work", "me"),
        ];
        let own: Vec<_> = named(&entries).map(|(_, own)| own).collect();
        assert_eq!(own, [None, None, Some("aws-work"), Some("work")]);
        let alone = [entry("aws-jane", "jane")];
        let own: Vec<_> = named(&alone).map(|(_, own)| own).collect();
        assert_eq!(own, [Some("aws-jane")]);
    }
}
