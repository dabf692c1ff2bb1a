//! TOTP Authenticator for Android: its encrypted backup and its settings file.

use serde_json::Value;

use super::{Format, prefs};
use crate::crypto::{cipher, kdf, need};
use crate::damage::Damage;
use crate::document::{self, Fields, Number};
use crate::draft::{Coded, Draft, Reason};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// A backup or the settings of TOTP Authenticator.
pub(super) struct TotpAuthenticator;

const LIST: &str = "STATIC_TOTP_CODES_LIST";
/// The size of the shortest backup with an account.
const MIN_BYTES: usize = 64;

impl Format for TotpAuthenticator {
    fn name(&self) -> &'static str {
        "totp-authenticator"
    }

    fn title(&self) -> &'static str {
        "a TOTP Authenticator backup from Android, encrypted, or its settings file"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        sealed(bytes).is_some() || prefs::is_one(bytes) && prefs::contains(bytes, LIST)
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if prefs::is_one(bytes) {
            let strings = prefs::strings(bytes)?;
            let list = strings.iter().find(|(name, _)| name == LIST);
            let (_, list) = list.ok_or(Damage::Field(LIST))?;
            return Ok(entries(&document::parse(list.as_bytes())?));
        }
        let sealed = sealed(bytes).ok_or(Damage::CutOff)?;
        let key = kdf::sha256(need(password)?);
        let plain = cipher::cbc(&key, &[0; 16], &sealed).ok_or(Error::WrongPassword)?;
        // There is no checksum: a result that makes no sense shows that the password is wrong.
        Ok(entries(&inside(&plain).ok_or(Error::WrongPassword)?))
    }
}

/// Decodes base64, if the result has a length that encryption produces.
fn sealed(bytes: &[u8]) -> Option<Vec<u8>> {
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte);
    let text = text::of(bytes)
        .ok()
        .filter(|text| text.as_bytes().iter().all(base64))?;
    let sealed = text::base64(text)?;
    (sealed.len() >= MIN_BYTES && sealed.len().is_multiple_of(16)).then_some(sealed)
}

/// Parses a list within a text of JSON that lacks its ends.
fn inside(plain: &[u8]) -> Option<Value> {
    let text = str::from_utf8(plain).ok()?;
    let list = text.get(text.find('[')?..=text.rfind(']')?)?;
    let list = list.replace("\\\"", "\"").replace("\\\\", "\\");
    document::parse(list.as_bytes()).ok()
}

fn entries(list: &Value) -> Found {
    let mut found = Found::default();
    for entry in Fields::new(list).entries() {
        let key = entry.text("key");
        let issuer = entry.text("issuer");
        found.add(&Draft {
            issuer: if issuer == "Unknown" { "" } else { issuer },
            username: entry.text("name"),
            secret: match entry.number("base") {
                Number::Whole(16) => Coded::bytes(text::hex(key), "hexadecimal"),
                Number::Whole(32) | Number::Missing => Coded::base32(key),
                _ => Coded::Bad(Reason::Code("base16 or base32")),
            },
            digits: entry.number("digits"),
            period: entry.number("period"),
            pinned: entry.is("isFavorite"),
            ..Draft::default()
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_blocks_are_taken_for_a_backup() {
        assert!(TotpAuthenticator.detect("A".repeat(128).as_bytes()));
        for other in [
            "A".repeat(127),
            "A".repeat(16),
            "A ".repeat(64),
            format!("{}!", "A".repeat(128)),
        ] {
            assert!(!TotpAuthenticator.detect(other.as_bytes()), "{other}");
        }
        let file = "A".repeat(128);
        assert!(matches!(
            TotpAuthenticator.read(file.as_bytes(), Some(b"x")),
            Err(Error::WrongPassword)
        ));
    }

    #[test]
    fn settings_hold_the_list() {
        let file = br#"<?xml version='1.0'?><map><string name="STATIC_TOTP_CODES_LIST">[
            {&quot;issuer&quot;:&quot;Unknown&quot;,&quot;name&quot;:&quot;root&quot;,&quot;key&quot;:&quot;00FF&quot;,
             &quot;base&quot;:16,&quot;digits&quot;:&quot;8&quot;,&quot;period&quot;:&quot;60&quot;},
            {&quot;name&quot;:&quot;odd&quot;,&quot;base&quot;:10}]</string></map>"#;
        assert!(TotpAuthenticator.detect(file));
        let found = TotpAuthenticator.read(file, None).unwrap();
        assert_eq!(found.accounts[0].secret.expose(), [0, 255]);
        assert_eq!(
            (&*found.accounts[0].issuer, found.accounts[0].digits.get()),
            ("", 8)
        );
        assert_eq!(found.skipped[0].name, "odd");
    }
}
