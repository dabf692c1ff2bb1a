//! Steam Guard: one account (a maFile), or several in one file.

use super::Format;
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// The file of the Steam app or of a tool that replaces it.
pub(super) struct Steam;

impl Format for Steam {
    fn name(&self) -> &'static str {
        "steam"
    }

    fn title(&self) -> &'static str {
        "a Steam Guard file: a maFile or steamguard JSON"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        if shape.has(&["shared_secret"]) {
            return true;
        }
        shape.has(&["accounts"])
            && document::parse(bytes).is_ok_and(|file| {
                let mut accounts = Fields::new(&file).at("accounts").entries();
                accounts.any(|account| !account.at("shared_secret").is_null())
            })
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let file = Fields::new(&file);
        let mut found = Found::default();
        if file.at("accounts").is_null() {
            add(&mut found, file);
        }
        for account in file.at("accounts").entries() {
            add(&mut found, account);
        }
        Ok(found)
    }
}

fn add(found: &mut Found, account: Fields<'_>) {
    found.add(&Draft {
        kind: Type::Steam,
        issuer: "Steam",
        username: account.text("account_name"),
        secret: Coded::bytes(text::base64(account.text("shared_secret")), "base64"),
        ..Draft::default()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several_are_read() {
        let one = br#"{"shared_secret":"AQID","account_name":"joe"}"#;
        assert!(Steam.detect(one));
        assert_eq!(
            Steam.read(one, None).unwrap().accounts[0].secret.expose(),
            [1, 2, 3]
        );
        let all = br#"{"accounts":{"1":{"shared_secret":"AQID"},"2":{"shared_secret":"!","account_name":"x"}}}"#;
        assert!(Steam.detect(all));
        let found = Steam.read(all, None).unwrap();
        assert_eq!(found.accounts[0].issuer, "Steam");
        assert_eq!(found.skipped[0].reason, "its secret is not base64");
    }
}
