//! 2FAS, plain and encrypted, all versions up to 4.

use std::collections::HashMap;

use sha2::Sha256;

use super::Format;
use crate::crypto::{cipher, kdf, need};
use crate::damage::Damage;
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft, Type, other_name};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// A backup of 2FAS.
pub(super) struct TwoFas;

/// The number of PBKDF2 rounds, which the file does not contain.
const ROUNDS: u64 = 10_000;
/// The newest supported version.
const VERSION: u64 = 4;

impl Format for TwoFas {
    fn name(&self) -> &'static str {
        "2fas"
    }

    fn title(&self) -> &'static str {
        "a 2FAS backup, encrypted or not"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        shape.has(&["schemaVersion", "services"])
            || shape.has(&["schemaVersion", "servicesEncrypted"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let file = Fields::new(&file);
        let version = file.number("schemaVersion").required("schemaVersion")?;
        if version > VERSION {
            return Err(Damage::Version(version).into());
        }
        let sealed = file.text("servicesEncrypted");
        if sealed.is_empty() {
            return Ok(services(file, file.list("services")?));
        }
        let inside = document::parse(&open(sealed, need(password)?)?)?;
        Ok(services(file, Fields::new(&inside).entries()))
    }
}

/// Decrypts `sealed:salt:nonce`.
fn open(sealed: &str, password: &[u8]) -> Result<cipher::Plain, Error> {
    let parts: Vec<_> = sealed.split(':').map(text::base64).collect();
    let [Some(sealed), Some(salt), Some(nonce)] = parts.as_slice() else {
        return Err(Damage::Field("servicesEncrypted").into());
    };
    let nonce = nonce
        .as_slice()
        .try_into()
        .map_err(|_| Damage::Field("servicesEncrypted"))?;
    let key = kdf::pbkdf2::<Sha256>(password, salt, ROUNDS)?;
    cipher::gcm(&key, nonce, sealed, b"").ok_or(Error::WrongPassword)
}

fn services<'f>(file: Fields<'f>, services: impl Iterator<Item = Fields<'f>>) -> Found {
    let groups = file.at("groups").entries();
    let groups: HashMap<_, _> = groups
        .map(|group| (group.text("id"), group.text("name")))
        .collect();
    let mut found = Found::default();
    for service in services {
        let tag = groups
            .get(service.text("groupId"))
            .filter(|tag| !tag.is_empty());
        found.add(&draft(service, tag.copied()));
    }
    found
}

fn draft<'f>(service: Fields<'f>, tag: Option<&str>) -> Draft<'f> {
    let (otp, name) = (service.at("otp"), service.text("name"));
    let issuer = match otp.text("issuer") {
        "" => name,
        issuer => issuer,
    };
    let kind = match otp.text("tokenType") {
        "" => Type::Totp,
        kind => Type::parse(kind),
    };
    Draft {
        kind,
        issuer,
        username: username(otp, issuer),
        name: other_name(name, issuer),
        secret: Coded::base32(service.text("secret")),
        algorithm: otp.text("algorithm"),
        digits: otp.number("digits"),
        period: otp.number("period"),
        counter: otp.number("counter"),
        tags: tag.map(str::to_owned).into_iter().collect(),
        ..Draft::default()
    }
}

/// Returns the user name. If there is none, takes it from the label, which may begin with the issuer.
fn username<'f>(otp: Fields<'f>, issuer: &str) -> &'f str {
    let (account, label) = (otp.text("account"), otp.text("label"));
    if !account.is_empty() {
        return account;
    }
    match label.split_once(':') {
        Some((prefix, user)) if prefix.trim() == issuer => user,
        _ if label == issuer => "",
        _ => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_become_tags_and_names_are_kept() {
        let backup = br#"{"schemaVersion":4,"groups":[{"id":"g","name":"Work"}],"services":[
            {"name":"Root","secret":"jbswy3dpehpk3pxp","groupId":"g",
             "otp":{"issuer":"AWS","account":"root","digits":8,"period":60,"algorithm":"SHA256","tokenType":"TOTP"}},
            {"name":"GitHub","secret":"GEZDGNBVGY3TQOJQ","otp":{"label":"GitHub:jane","tokenType":"HOTP"}},
            {"name":"Odd","secret":"GEZDGNBVGY3TQOJQ","otp":{"algorithm":"SHA384"}},
            {"name":"New","secret":"GEZDGNBVGY3TQOJQ","otp":{"tokenType":"PRIVATE"}}]}"#;
        assert!(TwoFas.detect(backup));
        let found = TwoFas.read(backup, None).unwrap();
        let first = &found.accounts[0];
        assert_eq!(
            (&*first.issuer, &*first.username, &*first.name),
            ("AWS", "root", "Root")
        );
        assert_eq!(first.tags, ["Work"]);
        assert_eq!(found.accounts[1].username, "jane");
        let skipped: Vec<_> = found.skipped.iter().map(|s| &*s.reason).collect();
        assert_eq!(
            skipped,
            [
                "the algorithm must be SHA1, SHA256 or SHA512",
                "its type is unknown"
            ]
        );
    }

    #[test]
    fn versions_that_are_not_known_are_named() {
        let error = TwoFas
            .read(br#"{"schemaVersion":5,"services":[]}"#, None)
            .unwrap_err();
        assert!(error.to_string().contains("version 5"), "{error}");
        let sealed = br#"{"schemaVersion":4,"services":[],"servicesEncrypted":"a:b"}"#;
        assert!(matches!(
            TwoFas.read(sealed, None),
            Err(Error::PasswordNeeded)
        ));
        assert!(matches!(
            TwoFas.read(sealed, Some(b"")),
            Err(Error::Damaged { .. })
        ));
    }
}
