//! Stratum, formerly Authenticator Pro: plain, and in the new and the old encrypted form.

use std::collections::HashMap;

use serde_json::Value;
use sha1::Sha1;

use super::Format;
use crate::crypto::cipher::{self, Plain};
use crate::crypto::kdf::{self, Argon2};
use crate::crypto::need;
use crate::damage::Damage;
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;

/// A backup of Stratum.
pub(super) struct Stratum;

const STRONG: &[u8] = b"AUTHENTICATORPRO";
const LEGACY: &[u8] = b"AuthenticatorPro";
/// The key derivation settings, which the file does not contain.
const KDF: Argon2 = Argon2 {
    memory: 64 * 1024,
    passes: 3,
    lanes: 4,
};
const LEGACY_ROUNDS: u64 = 64_000;

impl Format for Stratum {
    fn name(&self) -> &'static str {
        "stratum"
    }

    fn title(&self) -> &'static str {
        "a Stratum backup (Authenticator Pro), encrypted or not"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(STRONG)
            || bytes.starts_with(LEGACY)
            || Shape::of(bytes).has(&["Authenticators"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = if let Some(sealed) = bytes.strip_prefix(STRONG) {
            let plain = open(sealed, need(password)?)?.ok_or(Error::WrongPassword)?;
            document::parse(&plain)?
        } else if let Some(sealed) = bytes.strip_prefix(LEGACY) {
            let plain = open_legacy(sealed, need(password)?)?.ok_or(Error::WrongPassword)?;
            // There is no checksum: a result that is not JSON shows that the password is wrong.
            document::parse(&plain).map_err(|_| Error::WrongPassword)?
        } else {
            document::parse(bytes)?
        };
        Ok(entries(&file)?)
    }
}

/// Decrypts `salt(16) nonce(12) sealed`.
fn open(bytes: &[u8], password: &[u8]) -> Result<Option<Plain>, Damage> {
    let (salt, rest) = bytes.split_first_chunk::<16>().ok_or(Damage::CutOff)?;
    let (nonce, sealed) = rest.split_first_chunk().ok_or(Damage::CutOff)?;
    Ok(cipher::gcm(&KDF.key(password, salt)?, nonce, sealed, b""))
}

/// Decrypts `salt(20) iv(16) sealed`.
fn open_legacy(bytes: &[u8], password: &[u8]) -> Result<Option<Plain>, Damage> {
    let (salt, rest) = bytes.split_first_chunk::<20>().ok_or(Damage::CutOff)?;
    let (iv, sealed) = rest.split_first_chunk().ok_or(Damage::CutOff)?;
    let key = kdf::pbkdf2::<Sha1>(password, salt, LEGACY_ROUNDS)?;
    Ok(cipher::cbc(&key, iv, sealed))
}

/// Reads the entries of a plain backup.
pub(super) fn entries(file: &Value) -> Result<Found, Damage> {
    let file = Fields::new(file);
    let names = file.at("Categories").entries();
    let names: HashMap<_, _> = names
        .map(|name| (name.text("Id"), name.text("Name")))
        .collect();
    let mut tags: HashMap<_, Vec<String>> = HashMap::new();
    for link in file.at("AuthenticatorCategories").entries() {
        if let Some(name) = names.get(link.text("CategoryId")) {
            tags.entry(link.text("AuthenticatorSecret"))
                .or_default()
                .push((*name).to_owned());
        }
    }
    let mut found = Found::default();
    for entry in file.list("Authenticators")? {
        let tags = tags.get(entry.text("Secret"));
        let kind = kind(entry.number("Type"));
        found.add(&Draft {
            kind,
            issuer: entry.text("Issuer"),
            username: entry.text("Username"),
            secret: Coded::of(kind, entry.text("Secret")),
            pin: entry.text("Pin"),
            algorithm: match entry.number("Algorithm") {
                Number::Whole(0) | Number::Missing => "SHA1",
                Number::Whole(1) => "SHA256",
                Number::Whole(2) => "SHA512",
                _ => "unknown",
            },
            digits: entry.number("Digits"),
            period: match kind {
                // The app ignores the value, whatever it is.
                Type::Motp | Type::Yandex => Number::Missing,
                _ => entry.number("Period"),
            },
            counter: entry.number("Counter"),
            tags: tags.cloned().unwrap_or_default(),
            ..Draft::default()
        });
    }
    Ok(found)
}

fn kind(number: Number) -> Type {
    match number {
        Number::Whole(1) => Type::Hotp,
        Number::Whole(2) => Type::Totp,
        Number::Whole(3) => Type::Motp,
        Number::Whole(4) => Type::Steam,
        Number::Whole(5) => Type::Yandex,
        _ => Type::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_become_tags() {
        let file = br#"{"Authenticators":[
            {"Type":2,"Issuer":"AWS","Username":"root","Secret":"JBSWY3DPEHPK3PXP","Algorithm":1,"Digits":8,"Period":60},
            {"Type":3,"Issuer":"M","Username":null,"Secret":"00ff","Digits":6},
            {"Type":3,"Issuer":"N","Username":null,"Secret":"00ff","Pin":"1234","Digits":6,"Period":10},
            {"Type":5,"Issuer":"Yandex","Username":"y","Secret":"LA2V6KMCGYMWWVEW64RNP3JA3I","Pin":"7586","Digits":8},
            {"Type":2,"Issuer":"Odd","Secret":"JBSWY3DPEHPK3PXQ","Algorithm":7}],
            "Categories":[{"Id":"c","Name":"Work"}],
            "AuthenticatorCategories":[{"CategoryId":"c","AuthenticatorSecret":"JBSWY3DPEHPK3PXP"}]}"#;
        assert!(Stratum.detect(file));
        let found = Stratum.read(file, None).unwrap();
        assert_eq!(found.accounts[0].tags, ["Work"]);
        assert_eq!(found.accounts[1].secret.expose(), [0, 255]);
        assert_eq!(found.accounts[2].secret.expose_pin(), "7586");
        let skipped: Vec<_> = found
            .skipped
            .iter()
            .map(|s| (&*s.name, &*s.reason))
            .collect();
        assert_eq!(
            skipped,
            [
                (
                    "M",
                    "codes of this type require a PIN, but the file has none: add the account by hand, with \
                     a link that contains &pin=PIN"
                ),
                ("Odd", "the algorithm must be SHA1, SHA256 or SHA512"),
            ]
        );
    }

    #[test]
    fn files_that_are_cut_off_are_damaged() {
        for head in [STRONG, LEGACY] {
            assert!(Stratum.detect(head));
            assert!(matches!(
                Stratum.read(head, None),
                Err(Error::PasswordNeeded)
            ));
            assert!(matches!(
                Stratum.read(head, Some(b"x")),
                Err(Error::Damaged { .. })
            ));
        }
    }
}
