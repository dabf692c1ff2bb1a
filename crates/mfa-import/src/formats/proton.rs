//! Proton Authenticator, plain and encrypted.

use super::Format;
use crate::crypto::cipher::{self, Plain};
use crate::crypto::kdf::Argon2;
use crate::crypto::need;
use crate::damage::Damage;
use crate::document::{self, Fields, Shape};
use crate::draft::Draft;
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// A backup of Proton Authenticator.
pub(super) struct Proton;

/// The key derivation settings, which the file does not contain.
const KDF: Argon2 = Argon2 {
    memory: 19 * 1024,
    passes: 2,
    lanes: 1,
};
const CONTEXT: &[u8] = b"proton.authenticator.export.v1";

impl Format for Proton {
    fn name(&self) -> &'static str {
        "proton"
    }

    fn title(&self) -> &'static str {
        "a Proton Authenticator backup, encrypted or not"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        shape.has(&["version", "entries"]) || shape.has(&["version", "salt", "content"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let fields = Fields::new(&file);
        if let version @ 2.. = fields.number("version").required("version")? {
            return Err(Damage::Version(version).into());
        }
        if fields.text("content").is_empty() {
            return Ok(entries(fields)?);
        }
        let inside = document::parse(&open(fields, need(password)?)?)?;
        Ok(entries(Fields::new(&inside))?)
    }
}

fn open(file: Fields<'_>, password: &[u8]) -> Result<Plain, Error> {
    let bytes = |key| text::base64(file.text(key)).ok_or(Damage::Field(key));
    let (salt, content) = (bytes("salt")?, bytes("content")?);
    let (nonce, sealed) = content.split_first_chunk().ok_or(Damage::CutOff)?;
    let key = KDF.key(password, &salt)?;
    cipher::gcm(&key, nonce, sealed, CONTEXT).ok_or(Error::WrongPassword)
}

fn entries(file: Fields<'_>) -> Result<Found, Damage> {
    let mut found = Found::default();
    for entry in file.list("entries")? {
        let content = entry.at("content");
        found.add_link(
            content.text("uri"),
            &Draft {
                issuer: content.text("name"),
                note: entry.text("note"),
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
    fn links_without_names_take_that_of_their_entry() {
        let file = br#"{"version":1,"entries":[
            {"content":{"uri":"otpauth://totp/root?secret=JBSWY3DPEHPK3PXP&issuer=AWS","name":"root"},"note":"n"},
            {"content":{"uri":"steam://GEZDGNBVGY3TQOJQ","entry_type":"Steam","name":"Valve"},"note":null},
            {"content":{"uri":"","name":"Empty"}}]}"#;
        assert!(Proton.detect(file));
        let found = Proton.read(file, None).unwrap();
        assert_eq!(
            (&*found.accounts[0].note, &*found.accounts[0].name),
            ("n", "")
        );
        assert_eq!(found.accounts[1].issuer, "Valve");
        assert_eq!(found.skipped[0].name, "Empty");
    }
}
