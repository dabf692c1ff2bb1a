//! LastPass Authenticator.

use std::collections::HashMap;

use super::Format;
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft};
use crate::error::Error;
use crate::found::Found;

/// An export of LastPass Authenticator.
pub(super) struct LastPass;

impl Format for LastPass {
    fn name(&self) -> &'static str {
        "lastpass"
    }

    fn title(&self) -> &'static str {
        "a LastPass Authenticator export"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        shape.has(&["accounts", "folders"]) || shape.has(&["accounts", "localDeviceId"])
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let file = Fields::new(&file);
        // Numbers are compared as formatted: some folders have texts for numbers.
        let folders = file.at("folders").entries();
        let folders: HashMap<_, _> = folders
            .map(|folder| (format!("{:?}", folder.number("id")), folder.text("name")))
            .collect();
        let mut found = Found::default();
        for account in file.list("accounts")? {
            let folder = account.at("folderData").number("folderId");
            let folder = folders
                .get(&format!("{folder:?}"))
                .filter(|name| !name.is_empty());
            found.add(&Draft {
                issuer: either(account, "issuerName", "originalIssuerName"),
                username: either(account, "userName", "originalUserName"),
                secret: Coded::base32(account.text("secret")),
                algorithm: account.text("algorithm"),
                digits: account.number("digits"),
                period: account.number("timeStep"),
                tags: folder.map(|name| (*name).to_owned()).into_iter().collect(),
                pinned: account.is("isFavorite"),
                ..Draft::default()
            });
        }
        Ok(found)
    }
}

/// Returns the text that the user entered, even if it is empty. If there is none, returns the original text
/// of the QR code.
fn either<'f>(account: Fields<'f>, key: &str, original: &str) -> &'f str {
    if account.at(key).is_null() {
        account.text(original)
    } else {
        account.text(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_user_gave() {
        let file = br#"{"version":3,"accounts":[
            {"issuerName":"","originalIssuerName":"x","userName":"root","secret":"JBSWY3DPEHPK3PXP",
             "timeStep":60,"digits":8,"algorithm":"SHA256","isFavorite":true,"folderData":{"folderId":1}},
            {"originalIssuerName":"AWS","originalUserName":"jane","secret":"1","folderData":{"folderId":0}}],
            "folders":[{"id":1,"name":"Favorites"}]}"#;
        assert!(LastPass.detect(file));
        let found = LastPass.read(file, None).unwrap();
        let first = &found.accounts[0];
        assert_eq!(
            (&*first.issuer, &*first.username, first.pinned),
            ("", "root", true)
        );
        assert_eq!(first.tags, ["Favorites"]);
        assert_eq!(found.skipped[0].name, "AWS (jane)");
    }
}
