//! Proton Pass. Only the fields of an item that concern codes are read, and its addresses.

use super::{Format, archive, table};
use crate::damage::Damage;
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Draft, TRASHED, sites};
use crate::error::Error;
use crate::found::Found;

/// An export of Proton Pass.
pub(super) struct ProtonPass;

const FILE: &str = "Proton Pass/data.json";
const SEALED: &str = "Proton Pass/data.pgp";
const COLUMNS: [&str; 3] = ["name", "totp", "vault"];

impl Format for ProtonPass {
    fn name(&self) -> &'static str {
        "proton-pass"
    }

    fn title(&self) -> &'static str {
        "a Proton Pass export: zip without PGP, or CSV"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        archive::has(bytes, |name| name == FILE || name == SEALED)
            || Shape::of(bytes).has(&["userId", "vaults"])
            || table::has_columns(bytes, &COLUMNS)
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if table::has_columns(bytes, &COLUMNS) {
            return Ok(rows(bytes)?);
        }
        let file = if !bytes.starts_with(b"PK") {
            document::parse(bytes)?
        } else if archive::has(bytes, |name| name == SEALED) {
            return Err(Damage::Pgp.into());
        } else {
            document::parse(&archive::read(bytes, password, |name| name == FILE)?)?
        };
        let mut found = Found::default();
        let vaults = Fields::new(&file).at("vaults").entries();
        for item in vaults.flat_map(|vault| vault.at("items").entries()) {
            add(&mut found, item);
        }
        Ok(found)
    }
}

fn add(found: &mut Found, item: Fields<'_>) {
    let (data, content) = (item.at("data"), item.at("data").at("content"));
    let username = match content.text("itemUsername") {
        "" => content.text("itemEmail"),
        username => username,
    };
    let addresses = content.texts("urls");
    let domains = sites(addresses.iter().map(String::as_str));
    let main = content.text("totpUri");
    let more = data
        .at("extraFields")
        .entries()
        .filter(|field| field.text("type") == "totp");
    let more = more.map(|field| field.at("data").text("totpUri"));
    for totp in [main]
        .into_iter()
        .chain(more)
        .filter(|totp| !totp.is_empty())
    {
        let trashed = item.number("state") == Number::Whole(2);
        found.add_link(
            totp,
            &Draft {
                issuer: data.at("metadata").text("name"),
                username,
                domains: domains.clone(),
                pinned: item.is("pinned"),
                unwanted: trashed.then_some(TRASHED),
                ..Draft::default()
            },
        );
    }
}

fn rows(bytes: &[u8]) -> Result<Found, Damage> {
    let mut found = Found::default();
    for row in table::rows(bytes)? {
        let username = match row.get("username") {
            "" => row.get("email"),
            username => username,
        };
        if !row.get("totp").is_empty() {
            let draft = Draft {
                issuer: row.get("name"),
                username,
                domains: sites(row.get("url").split(',')),
                ..Draft::default()
            };
            found.add_link(row.get("totp"), &draft);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_the_trash_are_named() {
        let json = br#"{"userId":"u","vaults":{"v":{"name":"Personal","items":[
            {"state":2,"data":{"metadata":{"name":"Gone"},"content":{"totpUri":"JBSWY3DPEHPK3PXP"}}},
            {"state":1,"data":{"metadata":{"name":"AWS"},"content":{"itemEmail":"root","totpUri":"JBSWY3DPEHPK3PXP"},
             "extraFields":[{"type":"totp","data":{"totpUri":"GEZDGNBVGY3TQOJQ"}},{"type":"text","data":{"content":"x"}}]}}]}}}"#;
        let file = archive::tests::zip(FILE, json, None);
        assert!(ProtonPass.detect(&file) && ProtonPass.detect(json));
        let found = ProtonPass.read(&file, None).unwrap();
        assert_eq!(found.accounts.len(), 2);
        assert_eq!(
            (&*found.accounts[0].issuer, &*found.accounts[0].username),
            ("AWS", "root")
        );
        assert_eq!(
            (&*found.skipped[0].name, &*found.skipped[0].reason),
            ("Gone", TRASHED)
        );
        let file = archive::tests::zip(SEALED, b"x", None);
        assert!(ProtonPass.detect(&file));
        assert!(
            ProtonPass
                .read(&file, None)
                .unwrap_err()
                .to_string()
                .contains("with PGP")
        );
    }

    #[test]
    fn rows_are_read() {
        let file = b"name,url,email,username,password,note,totp,vault\nAWS,,a@b,,PRIVATE,,JBSWY3DPEHPK3PXP,Personal\nNone,,,,,,,\n";
        assert!(ProtonPass.detect(file));
        assert_eq!(
            ProtonPass.read(file, None).unwrap().accounts[0].username,
            "a@b"
        );
    }
}
