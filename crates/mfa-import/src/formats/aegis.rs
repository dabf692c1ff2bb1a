//! Aegis, plain and encrypted.
//!
//! A random master key encrypts the vault. Each slot holds that key, encrypted with one of the passwords.

use std::collections::HashMap;

use serde_json::Value;
use zeroize::Zeroizing;

use super::Format;
use crate::crypto::kdf::{Budget, Scrypt};
use crate::crypto::{Key, cipher, need};
use crate::damage::Damage;
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// A vault of Aegis.
pub(super) struct Aegis;

/// The type of the slots for passwords. Other slots use keys that stay on the phone.
const PASSWORD: u64 = 1;

impl Format for Aegis {
    fn name(&self) -> &'static str {
        "aegis"
    }

    fn title(&self) -> &'static str {
        "an Aegis vault, encrypted or not"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        Shape::of(bytes).has(&["header", "db"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let file = Fields::new(&file);
        if let version @ 2.. = file.number("version").required("version")? {
            return Err(Damage::Version(version).into());
        }
        if file.at("db").is_object() {
            return Ok(entries(file.at("db"))?);
        }
        let vault = open(file, password)?;
        Ok(entries(Fields::new(&vault))?)
    }
}

fn open(file: Fields<'_>, password: Option<&[u8]>) -> Result<Value, Error> {
    let sealed = text::base64(file.text("db")).ok_or(Damage::Field("db"))?;
    let header = file.at("header");
    let mut budget = Budget::default();
    let slots = header.list("slots")?;
    let mut slots = slots
        .filter(|slot| slot.number("type") == Number::Whole(PASSWORD))
        .peekable();
    if slots.peek().is_none() {
        return Err(Damage::PhoneKey.into());
    }
    let password = need(password)?;
    for slot in slots {
        if let Some(master) = unlock(slot, password, &mut budget)? {
            let vault = gcm(&master, header.at("params"), &sealed)?;
            return Ok(document::parse(&vault.ok_or(Damage::Inside)?)?);
        }
    }
    Err(Error::WrongPassword)
}

/// Returns the master key from a slot, or `None` if the password does not fit.
fn unlock(slot: Fields<'_>, password: &[u8], budget: &mut Budget) -> Result<Option<Key>, Damage> {
    let salt = text::hex(slot.text("salt")).ok_or(Damage::Field("salt"))?;
    let sealed = text::hex(slot.text("key")).ok_or(Damage::Field("key"))?;
    let scrypt = Scrypt {
        n: slot.number("n").required("n")?,
        r: slot.number("r").required("r")?,
        p: slot.number("p").required("p")?,
    };
    let old = Some(as_before(password))
        .filter(|old| !slot.is("repaired") && old.len() > 64 && **old != *password);
    for password in [password]
        .into_iter()
        .chain(old.as_deref().map(Vec::as_slice))
    {
        let key = scrypt.key(password, &salt, budget)?;
        if let Some(master) = gcm(&key, slot.at("key_params"), &sealed)? {
            let master = master.as_slice().try_into();
            return Ok(Some(Key::new(master.map_err(|_| Damage::Field("key"))?)));
        }
    }
    Ok(None)
}

/// Returns a password as old versions of the app used it: followed by the zeros of the Java buffer that held
/// it. They matter only beyond 64 bytes, the length to which HMAC pads a password.
fn as_before(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = String::from_utf8_lossy(password);
    let mut size = text.encode_utf16().count() * 11 / 10;
    while size < password.len() {
        size = 2 * size + 1;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    bytes.extend_from_slice(password);
    bytes.resize(size, 0);
    bytes
}

fn gcm(key: &Key, parameters: Fields<'_>, sealed: &[u8]) -> Result<Option<cipher::Plain>, Damage> {
    let nonce = text::hex(parameters.text("nonce")).and_then(|nonce| nonce.try_into().ok());
    let tag = text::hex(parameters.text("tag")).ok_or(Damage::Field("tag"))?;
    let sealed = [sealed, &tag].concat();
    Ok(cipher::gcm(
        key,
        &nonce.ok_or(Damage::Field("nonce"))?,
        &sealed,
        b"",
    ))
}

fn entries(vault: Fields<'_>) -> Result<Found, Damage> {
    if let version @ 4.. = vault.number("version").required("version")? {
        return Err(Damage::Version(version));
    }
    let groups = vault.at("groups").entries();
    let groups: HashMap<_, _> = groups
        .map(|group| (group.text("uuid"), group.text("name")))
        .collect();
    let mut found = Found::default();
    for entry in vault.list("entries")? {
        let info = entry.at("info");
        let of = entry
            .at("groups")
            .entries()
            .filter_map(|id| groups.get(id.as_text()).copied());
        let tags = of
            .chain([entry.text("group")])
            .filter(|tag| !tag.is_empty());
        found.add(&Draft {
            kind: Type::parse(entry.text("type")),
            issuer: entry.text("issuer"),
            username: entry.text("name"),
            secret: Coded::base32(info.text("secret")),
            pin: info.text("pin"),
            algorithm: info.text("algo"),
            digits: info.number("digits"),
            period: info.number("period"),
            counter: info.number("counter"),
            tags: tags.map(str::to_owned).collect(),
            note: entry.text("note"),
            pinned: entry.is("favorite"),
            ..Draft::default()
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_entry_says_is_kept_and_what_cannot_be_used_is_named() {
        let vault = br#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,
            "groups":[{"uuid":"g","name":"Work"}],"entries":[
            {"type":"totp","name":"root","issuer":"AWS","note":"a\nb","favorite":true,"groups":["g","x"],
             "info":{"secret":"JBSWY3DPEHPK3PXP","algo":"SHA256","digits":8,"period":60}},
            {"type":"hotp","name":"jane","issuer":"GitHub","group":"Old",
             "info":{"secret":"GEZDGNBVGY3TQOJQ","algo":"SHA1","digits":6,"counter":7}},
            {"type":"motp","name":"m","issuer":"","info":{"secret":"GEZDGNBVGY3TQOJQ","algo":"MD5","pin":null}},
            {"type":"yandex","name":"y","issuer":"Y","info":{"secret":"GEZDGNBVGY3TQOJQ","pin":"1234"}},
            {"type":"totp","name":"","issuer":"","info":{"secret":"GEZDGNBVGY3TQOJQ","digits":"PRIVATE"}},
            7]}}"#;
        assert!(Aegis.detect(vault));
        let found = Aegis.read(vault, None).unwrap();
        assert_eq!(found.accounts.len(), 2);
        let first = &found.accounts[0];
        assert_eq!(
            (&*first.tags, &*first.note, first.pinned),
            (&["Work".to_owned()][..], "a\nb", true)
        );
        assert_eq!(found.accounts[1].kind.counter(), Some(7));
        assert_eq!(found.accounts[1].tags, ["Old"]);
        let skipped: Vec<_> = found
            .skipped
            .iter()
            .map(|s| (&*s.name, &*s.reason))
            .collect();
        assert_eq!(
            skipped,
            [
                (
                    "m",
                    "codes of this type require a PIN, but the file has none: add the account by hand, with \
                     a link that contains &pin=PIN"
                ),
                (
                    "Y (y)",
                    "the secret is too short: Yandex uses 16 bytes or more"
                ),
                ("entry 5", "the number of digits must be 5 to 9"),
                ("entry 6", "its type is unknown"),
            ]
        );
    }

    #[test]
    fn codes_with_a_pin_are_taken_with_it() {
        let vault = br#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"entries":[
            {"type":"motp","name":"jane","issuer":"Bank",
             "info":{"secret":"4MKSV7XGEWM4Q===","algo":"MD5","digits":6,"period":10,"pin":"1234"}},
            {"type":"yandex","name":"joe","issuer":"Yandex",
             "info":{"secret":"LA2V6KMCGYMWWVEW64RNP3JA3IAAAAAAHTSG4HRZPI","algo":"SHA256","digits":8,"period":30,"pin":"7586"}},
            {"type":"motp","name":"odd","issuer":"Bank",
             "info":{"secret":"4MKSV7XGEWM4Q","algo":"MD5","digits":8,"period":10,"pin":"1234"}}]}}"#;
        let found = Aegis.read(vault, None).unwrap();
        let seen: Vec<_> = found
            .accounts
            .iter()
            .map(|a| (a.kind.as_str(), a.secret.expose_pin(), a.digits.get()))
            .collect();
        assert_eq!(seen, [("motp", "1234", 6), ("yandex", "7586", 8)]);
        assert_eq!(*found.accounts[0].secret.to_hex(), "e3152afee62599c8");
        assert_eq!(found.skipped[0].name, "Bank (odd)");
        assert!(found.skipped[0].reason.contains("does not fit its type"));
    }

    #[test]
    fn keys_that_would_take_minutes_are_not_made() {
        for (n, r, p) in [
            (1_u64 << 40, 8, 1),
            (32768, 1 << 30, 1),
            (32768, 8, 1 << 20),
            (0, 8, 1),
            (3, 8, 1),
        ] {
            let vault = format!(
                r#"{{"version":1,"header":{{"slots":[{{"type":1,"salt":"00","key":"00","n":{n},"r":{r},"p":{p},
                "key_params":{{"nonce":"000000000000000000000000","tag":"00"}}}}],"params":null}},"db":"AAAA"}}"#
            );
            let error = Aegis.read(vault.as_bytes(), Some(b"x")).unwrap_err();
            assert!(
                matches!(error, Error::Damaged { .. }),
                "{n} {r} {p}: {error}"
            );
        }
    }

    #[test]
    fn old_passwords_end_in_zeros() {
        assert_eq!(as_before(&[b'a'; 60]).len(), 66);
        assert_eq!(as_before("ü".repeat(40).as_bytes()).len(), 89);
        assert!(as_before(b"").is_empty());
    }
}
