//! Raivo OTP: a list in a zip archive with a password, or extracted from it.

use super::{Format, archive};
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;

/// An export of Raivo OTP.
pub(super) struct Raivo;

const FILE: &str = "raivo-otp-export.json";

impl Format for Raivo {
    fn name(&self) -> &'static str {
        "raivo"
    }

    fn title(&self) -> &'static str {
        "a Raivo OTP export: the zip, or the JSON in it"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        archive::has(bytes, |name| name.ends_with(FILE))
            || Shape::of(bytes).lists(&["account", "secret", "kind", "timer"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = if bytes.starts_with(b"PK") {
            document::parse(&archive::read(bytes, password, |name| {
                name.ends_with(FILE)
            })?)?
        } else {
            document::parse(bytes)?
        };
        let mut found = Found::default();
        for entry in Fields::new(&file).entries() {
            let (issuer, digits) = (entry.text("issuer"), entry.number("digits"));
            found.add(&Draft {
                kind: Type::parse(entry.text("kind")).or_steam(issuer, digits),
                issuer,
                username: entry.text("account"),
                secret: Coded::base32(entry.text("secret")),
                algorithm: entry.text("algorithm"),
                digits,
                period: entry.number("timer"),
                counter: entry.number("counter"),
                pinned: entry.is("pinned"),
                ..Draft::default()
            });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_a_text() {
        let list =
            br#"[{"issuer":"AWS","account":"root","secret":"JBSWY3DPEHPK3PXP","algorithm":"SHA256",
            "digits":"8","kind":"TOTP","timer":"60","counter":"0","pinned":"true"},
            {"issuer":"G","account":"g","secret":"JBSWY3DPEHPK3PXP","algorithm":"SHA1","digits":"6",
            "kind":"HOTP","timer":"0","counter":"5","pinned":"false"}]"#;
        let zip = archive::tests::zip(FILE, list, Some("open"));
        for (file, password) in [(&list[..], None), (&zip, Some(&b"open"[..]))] {
            assert!(Raivo.detect(file));
            let found = Raivo.read(file, password).unwrap();
            assert_eq!(
                (found.accounts[0].digits.get(), found.accounts[0].pinned),
                (8, true)
            );
            assert_eq!(
                (found.accounts[1].kind.counter(), found.accounts[1].pinned),
                (Some(5), false)
            );
        }
        assert!(matches!(Raivo.read(&zip, None), Err(Error::PasswordNeeded)));
    }
}
