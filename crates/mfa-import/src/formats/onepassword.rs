//! 1Password's `.1pux`. Only the fields of an item that concern codes are read, and its addresses.

use super::{Format, archive};
use crate::document::{self, Fields};
use crate::draft::{Draft, sites};
use crate::error::Error;
use crate::found::Found;

/// An export of 1Password.
pub(super) struct OnePassword;

const FILE: &str = "export.data";

impl Format for OnePassword {
    fn name(&self) -> &'static str {
        "1password"
    }

    fn title(&self) -> &'static str {
        "a 1Password export (.1pux)"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        archive::has(bytes, |name| name == FILE)
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(&archive::read(bytes, password, |name| name == FILE)?)?;
        let mut found = Found::default();
        let accounts = Fields::new(&file).list("accounts")?;
        let vaults = accounts.flat_map(|account| account.at("vaults").entries());
        for item in vaults.flat_map(|vault| vault.at("items").entries()) {
            // Older versions wrap each item in an object.
            let inner = item.at("item");
            add(&mut found, if inner.is_null() { item } else { inner });
        }
        Ok(found)
    }
}

fn add(found: &mut Found, item: Fields<'_>) {
    let (overview, details) = (item.at("overview"), item.at("details"));
    let mut logins = details.at("loginFields").entries();
    let login = logins.find(|field| field.text("designation") == "username");
    let fields = details
        .at("sections")
        .entries()
        .flat_map(|section| section.at("fields").entries());
    let addresses = overview.at("urls").entries();
    let addresses = addresses.map(|address| address.text("url"));
    let domains = sites([overview.text("url")].into_iter().chain(addresses));
    for totp in fields.map(|field| field.at("value").text("totp")) {
        if totp.is_empty() {
            continue;
        }
        found.add_link(
            totp,
            &Draft {
                issuer: overview.text("title"),
                username: login.map_or("", |field| field.text("value")),
                tags: overview.texts("tags"),
                domains: domains.clone(),
                ..Draft::default()
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_says_where_its_accounts_are_used() {
        let json = br#"{"accounts":[{"vaults":[{"items":[{"overview":{"title":"A","tags":["t"],
            "url":"https://a.example/x","urls":[{"label":"website","url":"https://a.example/y"},{"url":"https://b.example"},
            {"url":"http://c.example"}]},
            "details":{"loginFields":[{"designation":"username","value":"u"}],
            "sections":[{"fields":[{"value":{"totp":"JBSWY3DPEHPK3PXP"}},{"value":{"string":"x"}}]}]}}]}]}]}"#;
        let file = archive::tests::zip(FILE, json, None);
        assert!(OnePassword.detect(&file));
        let found = OnePassword.read(&file, None).unwrap();
        let account = &found.accounts[0];
        assert_eq!((&*account.issuer, &*account.username), ("A", "u"));
        let domains = mfa_core::site::known(["a.example", "b.example"]);
        assert_eq!(account.domains, domains);
    }
}
