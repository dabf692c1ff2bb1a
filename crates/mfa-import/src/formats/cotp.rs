//! cotp: its database, encrypted or not, and its list of links.

use serde_json::Value;

use super::Format;
use crate::crypto::cipher::{self, Plain};
use crate::crypto::kdf::Argon2;
use crate::crypto::need;
use crate::damage::Damage;
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// An export or the database of cotp.
pub(super) struct Cotp;

/// The key derivation settings, which the file does not contain.
const KDF: Argon2 = Argon2 {
    memory: 32 * 1024,
    passes: 4,
    lanes: 4,
};

impl Format for Cotp {
    fn name(&self) -> &'static str {
        "cotp"
    }

    fn title(&self) -> &'static str {
        "a cotp export or database"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        shape.has(&["version", "elements"])
            || shape.has(&["nonce", "salt", "cipher"])
            || shape.has_only(&["items"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let fields = Fields::new(&file);
        if fields.text("cipher").is_empty() {
            return Ok(elements(&file)?);
        }
        let plain = open(fields, need(password)?)?;
        Ok(elements(&document::parse(&plain)?)?)
    }
}

fn open(file: Fields<'_>, password: &[u8]) -> Result<Plain, Error> {
    let bytes = |key| text::base64(file.text(key)).ok_or(Damage::Field(key));
    let (nonce, salt, sealed) = (bytes("nonce")?, bytes("salt")?, bytes("cipher")?);
    let nonce = nonce
        .as_slice()
        .try_into()
        .map_err(|_| Damage::Field("nonce"))?;
    let key = KDF.key(password, &salt)?;
    cipher::xchacha(&key, nonce, &sealed).ok_or(Error::WrongPassword)
}

/// Reads the elements. The first version was only the list. Links are in a list of their own.
fn elements(file: &Value) -> Result<Found, Damage> {
    let fields = Fields::new(file);
    let mut found = Found::default();
    if fields.at("items").is_list() {
        for link in fields.at("items").entries() {
            found.add_link(link.as_text(), &Draft::default());
        }
        return Ok(found);
    }
    let list = if fields.is_list() {
        fields
    } else {
        fields.at("elements")
    };
    if !list.is_list() {
        return Err(Damage::Field("elements"));
    }
    for element in list.entries() {
        let kind = Type::parse(element.text("type"));
        found.add(&Draft {
            kind,
            issuer: element.text("issuer"),
            username: element.text("label"),
            secret: Coded::of(kind, element.text("secret")),
            pin: element.text("pin"),
            algorithm: element.text("algorithm"),
            digits: element.number("digits"),
            period: element.number("period"),
            counter: element.number("counter"),
            ..Draft::default()
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_links_are_read() {
        let file = br#"{"version":2,"elements":[
            {"secret":"JBSWY3DPEHPK3PXP","issuer":"AWS","label":"root","digits":8,"type":"TOTP","algorithm":"SHA256","period":60,"counter":null,"pin":null},
            {"secret":"00ff","issuer":"M","label":"m","digits":6,"type":"MOTP","algorithm":"MD5","period":10},
            {"secret":"00FF","issuer":"M","label":"n","digits":6,"type":"MOTP","algorithm":"MD5","period":10,"counter":null,"pin":"1234"}]}"#;
        assert!(Cotp.detect(file));
        let found = Cotp.read(file, None).unwrap();
        assert_eq!(
            (&*found.accounts[0].issuer, &*found.skipped[0].name),
            ("AWS", "M (m)")
        );
        assert_eq!(found.accounts[1].secret.expose(), [0, 255]);
        let file = br#"{"items":["otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP","PRIVATE1"]}"#;
        assert!(Cotp.detect(file));
        let found = Cotp.read(file, None).unwrap();
        assert_eq!(
            (&*found.accounts[0].username, &*found.skipped[0].name),
            ("root", "entry 2")
        );
    }

    #[test]
    fn databases_need_their_password() {
        let file = br#"{"version":1,"nonce":"AAAA","salt":"AAAA","cipher":"AAAA"}"#;
        assert!(Cotp.detect(file));
        assert!(matches!(Cotp.read(file, None), Err(Error::PasswordNeeded)));
        assert!(matches!(
            Cotp.read(file, Some(b"x")),
            Err(Error::Damaged { .. })
        ));
    }
}
