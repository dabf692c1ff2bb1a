//! Bitwarden's vault and Bitwarden Authenticator: JSON, plain or encrypted with a password, and CSV.
//!
//! Only the fields that concern codes are read, and the addresses. A note is read if the item has no password.

mod sealed;

use std::collections::HashMap;

use serde_json::Value;

use super::{Format, table};
use crate::damage::Damage;
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Draft, TRASHED, note_on_codes, sites};
use crate::error::Error;
use crate::found::Found;

/// An export of Bitwarden.
pub(super) struct Bitwarden;

/// The last way to compare an address with that of a page, of those that compare its site: by its domain, its host, its
/// beginning, or exactly.
const EXACTLY: u64 = 3;

impl Format for Bitwarden {
    fn name(&self) -> &'static str {
        "bitwarden"
    }

    fn title(&self) -> &'static str {
        "a Bitwarden or Bitwarden Authenticator export: JSON, with a password or without, or CSV"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        // Old versions do not say whether the file is encrypted.
        ["encrypted", "folders", "collections"]
            .iter()
            .any(|key| shape.has(&[key, "items"]))
            || shape.has(&["encrypted", "data"])
            || shape.has(&["encrypted", "encKeyValidation_DO_NOT_EDIT"])
            || table::has_columns(bytes, &["name", "login_totp"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if table::has_columns(bytes, &["login_totp"]) {
            return Ok(rows(bytes)?);
        }
        let file = document::parse(bytes)?;
        let fields = Fields::new(&file);
        if !fields.is("encrypted") {
            return Ok(items(&file)?);
        }
        if !fields.is("passwordProtected") {
            return Err(Damage::AccountKey.into());
        }
        let plain = sealed::open(fields, password)?;
        Ok(items(&document::parse(&plain)?)?)
    }
}

fn items(file: &Value) -> Result<Found, Damage> {
    let file = Fields::new(file);
    let folders = file.at("folders").entries();
    let folders: HashMap<_, _> = folders
        .map(|folder| (folder.text("id"), folder.text("name")))
        .collect();
    let mut found = Found::default();
    for item in file.list("items")? {
        let login = item.at("login");
        let totp = login.text("totp");
        if totp.is_empty() {
            continue;
        }
        let folder = folders
            .get(item.text("folderId"))
            .filter(|name| !name.is_empty());
        found.add_link(
            totp,
            &Draft {
                issuer: item.text("name"),
                username: login.text("username"),
                tags: folder.map(|name| (*name).to_owned()).into_iter().collect(),
                domains: sites(addresses(login)),
                note: note_on_codes(item.text("notes"), login.text("password")),
                pinned: item.is("favorite"),
                unwanted: (!item.text("deletedDate").is_empty()).then_some(TRASHED),
                ..Draft::default()
            },
        );
    }
    Ok(found)
}

/// Returns the addresses of a login that name its site. An expression does not, nor does one that is never to match.
fn addresses(login: Fields<'_>) -> impl Iterator<Item = &str> {
    let names_site = |uri: &Fields<'_>| match uri.number("match") {
        Number::Missing => true,
        Number::Whole(way) => way <= EXACTLY,
        Number::Bad => false,
    };
    let uris = login.at("uris").entries().filter(names_site);
    uris.map(|uri| uri.text("uri"))
}

/// Reads the rows of CSV. Rows may be longer than the header, and some may be empty.
fn rows(bytes: &[u8]) -> Result<Found, Damage> {
    let mut found = Found::default();
    for row in table::rows(bytes)? {
        let totp = row.get("login_totp");
        if totp.is_empty() {
            continue;
        }
        found.add_link(
            totp,
            &Draft {
                issuer: row.get("name"),
                username: row.get("login_username"),
                tags: Some(row.get("folder"))
                    .filter(|tag| !tag.is_empty())
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                domains: sites(row.get("login_uri").split(',')),
                note: note_on_codes(row.get("notes"), row.get("login_password")),
                pinned: row.get("favorite") == "1",
                ..Draft::default()
            },
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_with_codes_are_taken_and_named_by_what_is_there() {
        let file = br#"{"encrypted":false,"folders":[{"id":"f","name":"Work"}],"items":[
            {"name":"AWS","folderId":"f","favorite":true,"notes":"PRIVATE",
             "login":{"username":"root","password":"PRIVATE","totp":"jbsw y3dp ehpk 3pxp"}},
            {"name":"Work login","login":{"username":"x","totp":"otpauth://totp/GitHub:jane?secret=JBSWY3DPEHPK3PXP"}},
            {"name":"Valve","notes":"a\nb","login":{"username":"joe","password":null,"totp":"steam://GEZDGNBVGY3TQOJQ"}},
            {"name":"Bare","login":{"username":"b","totp":"otpauth://totp/?secret=GEZDGNBVGY3TQOJQ"}},
            {"name":"None","login":{"username":"b","totp":null}},
            {"name":"Card","card":{}},
            {"name":"Gone","deletedDate":"2024","login":{"totp":"GEZDGNBVGY3TQOJQ"}},
            {"name":"Odd","login":{"username":"me","totp":"PRIVATE1"}}]}"#;
        assert!(Bitwarden.detect(file));
        let found = Bitwarden.read(file, None).unwrap();
        let names: Vec<_> = found
            .accounts
            .iter()
            .map(|a| (&*a.issuer, &*a.username, &*a.name))
            .collect();
        assert_eq!(
            names,
            [
                ("AWS", "root", ""),
                ("GitHub", "jane", "Work login"),
                ("Valve", "joe", ""),
                ("Bare", "b", ""),
            ]
        );
        assert!(found.accounts[0].pinned && found.accounts[0].tags == ["Work"]);
        let notes: Vec<_> = found.accounts.iter().map(|a| &*a.note).collect();
        assert_eq!(notes, ["", "", "a\nb", ""]);
        let skipped: Vec<_> = found.skipped.iter().map(|s| &*s.name).collect();
        assert_eq!(skipped, ["Gone", "Odd (me)"]);
        assert!(!format!("{found:?}").contains("PRIVATE"));
    }

    #[test]
    fn rows_may_be_longer_than_their_header() {
        let file = b"folder,favorite,type,name,login_uri,login_totp\n\
            Work,1,1,AWS,,otpauth://totp/AWS%3Aroot?secret=JBSWY3DPEHPK3PXP,AWS,30,6\n\n\
            ,,login,\"A, B\",,GEZDGNBVGY3TQOJQ\n,,note,None\n";
        assert!(Bitwarden.detect(file));
        let found = Bitwarden.read(file, None).unwrap();
        assert_eq!(found.accounts[0].tags, ["Work"]);
        assert_eq!(found.accounts[1].issuer, "A, B");
        assert_eq!(found.accounts.len(), 2);
    }

    #[test]
    fn files_that_no_password_opens_are_named() {
        let file = br#"{"encrypted":true,"encKeyValidation_DO_NOT_EDIT":"2.a|b|c","items":[]}"#;
        assert!(Bitwarden.detect(file));
        let error = Bitwarden.read(file, None).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("the key of your Bitwarden account"),
            "{error}"
        );
        let file = br#"{"encrypted":true,"passwordProtected":true,"salt":"a","kdfType":0,
            "kdfIterations":4000000000,"encKeyValidation_DO_NOT_EDIT":"2.AAAA|AAAA|AAAA","data":"2.a|b|c"}"#;
        assert!(matches!(
            Bitwarden.read(file, None),
            Err(Error::PasswordNeeded)
        ));
        let error = Bitwarden.read(file, Some(b"x")).unwrap_err();
        assert!(
            error.to_string().contains("too much time or memory"),
            "{error}"
        );
    }
}
