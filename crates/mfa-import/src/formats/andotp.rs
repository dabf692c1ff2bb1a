//! andOTP, plain and in both encrypted forms. GNOME Authenticator writes the same plain list.
//!
//! An encrypted backup has no signature. A file is taken for one if no other format matches.

use serde_json::Value;
use sha1::Sha1;

use super::Format;
use crate::crypto::cipher::{self, Plain};
use crate::crypto::{kdf, need};
use crate::damage::Damage;
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;

/// A backup of andOTP.
pub(super) struct AndOtp;

/// An encrypted backup of andOTP.
pub(super) struct AndOtpEncrypted;

/// The number of PBKDF2 rounds in a file. The app uses 140 000 to 160 000.
const ROUNDS: std::ops::RangeInclusive<u64> = 1..=2_000_000;

impl Format for AndOtp {
    fn name(&self) -> &'static str {
        "andotp"
    }

    fn title(&self) -> &'static str {
        "an andOTP or GNOME Authenticator backup"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        shape.lists(&["secret", "label", "type"]) && !shape.lists(&["algo"])
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        Ok(entries(&document::parse(bytes)?))
    }
}

impl Format for AndOtpEncrypted {
    fn name(&self) -> &'static str {
        "andotp-encrypted"
    }

    fn title(&self) -> &'static str {
        "an encrypted andOTP backup"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        is_pgp(bytes) || (30..4 * 1024 * 1024).contains(&bytes.len()) && is_random(bytes)
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if is_pgp(bytes) {
            return Err(Damage::Pgp.into());
        }
        let password = need(password)?;
        let plain = match open(bytes, password)? {
            Some(plain) => plain,
            None => open_old(bytes, password)?.ok_or(Error::WrongPassword)?,
        };
        Ok(entries(&document::parse(&plain)?))
    }
}

/// Checks whether a file is an OpenPGP message, which andOTP and other apps can write: in ASCII armour, or
/// beginning with a packet for a password or for a public key.
fn is_pgp(bytes: &[u8]) -> bool {
    bytes
        .trim_ascii_start()
        .starts_with(b"-----BEGIN PGP MESSAGE-----")
        || matches!(bytes, [0x8c | 0xc3, 13..=64, 4..=6, 1..=13, ..])
        || matches!(bytes, [0x84 | 0xc1, _, 3, ..] | [0x85, 1..=4, _, 3, ..])
}

/// Checks whether bytes are distributed like those of a cipher and begin like no known file.
fn is_random(bytes: &[u8]) -> bool {
    const KNOWN: [&[u8]; 8] = [
        b"PK",
        b"%PDF",
        b"\x1f\x8b",
        b"7z\xbc\xaf",
        b"\x7fELF",
        b"MZ",
        b"SQLite",
        b"BZh",
    ];
    let sample = &bytes[..bytes.len().min(4096)];
    let mut counts = [0_u32; 256];
    for byte in sample {
        counts[usize::from(*byte)] += 1;
    }
    // Of 256 random bytes about two thirds are distinct values. After 1024 bytes nearly all 256 values occur.
    let different = counts.iter().filter(|count| **count > 0).count();
    let wanted = match sample.len() {
        ..64 => sample.len() * 3 / 4,
        64..256 => sample.len() / 2,
        256..1024 => 128,
        _ => 235,
    };
    let most = counts.iter().max().copied().unwrap_or(0);
    let text = sample
        .iter()
        .filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    different >= wanted
        && most as usize <= 6 + sample.len() / 64
        && text.count() * 4 <= sample.len() * 3
        && !KNOWN.iter().any(|known| bytes.starts_with(known))
}

/// Decrypts `rounds(4) salt(12) nonce(12) sealed`.
fn open(bytes: &[u8], password: &[u8]) -> Result<Option<Plain>, Damage> {
    let (rounds, rest) = bytes.split_first_chunk().ok_or(Damage::CutOff)?;
    let (salt, rest) = rest.split_first_chunk::<12>().ok_or(Damage::CutOff)?;
    let (nonce, sealed) = rest.split_first_chunk().ok_or(Damage::CutOff)?;
    let rounds = u32::from_be_bytes(*rounds).into();
    if !ROUNDS.contains(&rounds) {
        return Ok(None);
    }
    let key = kdf::pbkdf2::<Sha1>(password, salt, rounds)?;
    Ok(cipher::gcm(&key, nonce, sealed, b""))
}

/// Decrypts `nonce(12) sealed`, from versions before 0.6.3.
fn open_old(bytes: &[u8], password: &[u8]) -> Result<Option<Plain>, Damage> {
    let (nonce, sealed) = bytes.split_first_chunk().ok_or(Damage::CutOff)?;
    Ok(cipher::gcm(&kdf::sha256(password), nonce, sealed, b""))
}

fn entries(list: &Value) -> Found {
    let mut found = Found::default();
    for entry in Fields::new(list).entries() {
        let mut tags = entry.at("tags").entries();
        // Old versions of GNOME Authenticator write the issuer as a tag. Only andOTP writes a thumbnail.
        let gnome = entry.at("issuer").is_null() && entry.at("thumbnail").is_null();
        let tag = tags.next().filter(|_| gnome).map(Fields::as_text);
        found.add(&Draft {
            kind: Type::parse(entry.text("type")),
            issuer: tag.unwrap_or(entry.text("issuer")),
            username: entry.text("label"),
            secret: Coded::base32(entry.text("secret")),
            algorithm: entry.text("algorithm"),
            digits: entry.number("digits"),
            period: entry.number("period"),
            counter: entry.number("counter"),
            tags: entry.texts("tags"),
            ..Draft::default()
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_and_what_cannot_be_used_is_named() {
        let file = br#"[
            {"secret":"JBSWY3DPEHPK3PXP","issuer":"AWS","label":"AWS:root","digits":8,"type":"TOTP",
             "algorithm":"SHA256","period":60,"tags":["Work"],"thumbnail":"Default"},
            {"secret":"GEZDGNBVGY3TQOJQ","label":"m","type":"MOTP","algorithm":"SHA1","digits":6}]"#;
        assert!(AndOtp.detect(file));
        let found = AndOtp.read(file, None).unwrap();
        assert_eq!(found.accounts[0].username, "root");
        assert_eq!(found.accounts[0].tags, ["Work"]);
        assert_eq!(found.skipped[0].name, "m");
    }

    #[test]
    fn old_gnome_authenticators_have_the_issuer_for_a_tag() {
        let entry =
            r#""secret":"JBSWY3DPEHPK3PXP","label":"root","digits":6,"type":"TOTP","tags":["AWS"]"#;
        for (more, issuer) in [
            (r#""thumbnail":null"#, "AWS"),
            (r#""thumbnail":"Default""#, ""),
        ] {
            let file = format!("[{{{entry},{more}}}]");
            let found = AndOtp.read(file.as_bytes(), None).unwrap();
            assert_eq!(found.accounts[0].issuer, issuer);
        }
    }

    #[test]
    fn messages_of_pgp_are_known() {
        for file in [
            &b"-----BEGIN PGP MESSAGE-----\n\njA0ECQMC"[..],
            b"\x8c\x0d\x04\x09\x03\x02abc",
            b"\x85\x01\x0c\x03abc",
        ] {
            assert!(AndOtpEncrypted.detect(file));
            let error = AndOtpEncrypted.read(file, Some(b"x")).unwrap_err();
            assert!(error.advice().contains("gpg --decrypt"), "{error}");
        }
    }

    #[test]
    fn what_is_no_cipher_does_not_look_like_one() {
        for file in [
            &b"open sesame, open sesame, open sesame, open sesame"[..],
            &[0; 600],
            &[7; 31],
        ] {
            assert!(!AndOtpEncrypted.detect(file));
        }
        assert!(!AndOtpEncrypted.detect("ääöü ßéèê ñõãå æøœþ ðđħı ĸłŋŧ ¡¢£¤ ¥¦§¨".as_bytes()));
    }
}
