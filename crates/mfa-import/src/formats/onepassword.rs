//! 1Password's `.1pux`. Only the fields of an item that concern codes are read.

use super::{Format, archive};
use crate::document::{self, Fields};
use crate::draft::Draft;
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
                ..Draft::default()
            },
        );
    }
}
