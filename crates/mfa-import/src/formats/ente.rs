//! Ente Auth: a list of links, plain or encrypted. A parameter of each link holds Ente's own data.

use mfa_core::uri;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use zeroize::Zeroizing;

use super::Format;
use crate::crypto::cipher::Plain;
use crate::crypto::kdf::Argon2;
use crate::crypto::{need, stream};
use crate::damage::Damage;
use crate::document::{self, Fields, Shape};
use crate::draft::TRASHED;
use crate::error::Error;
use crate::found::{Found, Imported};
use crate::{links, text};

/// An export of Ente Auth.
pub(super) struct Ente;

/// Ente's own parameter of a link.
const DISPLAY: &str = "codeDisplay=";

impl Format for Ente {
    fn name(&self) -> &'static str {
        "ente"
    }

    fn title(&self) -> &'static str {
        "an Ente Auth export, encrypted or not"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        Shape::of(bytes).has(&["kdfParams", "encryptedData"])
            || text::of(bytes).is_ok_and(|text| {
                text::lines(text).any(|(_, line)| links::is_one(line) && line.contains(DISPLAY))
            })
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if Shape::of(bytes).has(&["encryptedData"]) {
            let file = document::parse(bytes)?;
            return Ok(entries(&open(Fields::new(&file), need(password)?)?)?);
        }
        Ok(entries(bytes)?)
    }
}

fn open(file: Fields<'_>, password: &[u8]) -> Result<Plain, Error> {
    if let version @ 2.. = file.number("version").required("version")? {
        return Err(Damage::Version(version).into());
    }
    let parameters = file.at("kdfParams");
    let bytes = |fields: Fields<'_>, key| text::base64(fields.text(key)).ok_or(Damage::Field(key));
    let sealed = bytes(file, "encryptedData")?;
    let header = bytes(file, "encryptionNonce")?;
    let header = header.as_slice().try_into();
    let header = header.map_err(|_| Damage::Field("encryptionNonce"))?;
    let argon2 = Argon2 {
        memory: parameters.number("memLimit").required("memLimit")? / 1024,
        passes: parameters.number("opsLimit").required("opsLimit")?,
        lanes: 1,
    };
    let key = argon2.key(password, &bytes(parameters, "salt")?)?;
    stream::open(&key, header, &sealed).ok_or(Error::WrongPassword)
}

fn entries(bytes: &[u8]) -> Result<Found, Damage> {
    let text = text::of(bytes).map_err(|_| Damage::NotUtf8)?;
    if text::is_too_long(text) {
        return Err(Damage::TooMuch);
    }
    let mut found = Found::default();
    for (number, line) in text::lines(text) {
        add(&mut found, number, line);
    }
    Ok(found)
}

fn add(found: &mut Found, number: usize, line: &str) {
    let (link, display) = split(line);
    let link = match uri::parse(&link) {
        Ok(link) => link,
        Err(error) => return found.skip(format!("line {number}"), &error),
    };
    let display = Fields::new(&display);
    if display.is("trashed") {
        let name = match (&*link.issuer, &*link.username) {
            ("", one) | (one, "") => one.to_owned(),
            (issuer, user) => format!("{issuer} ({user})"),
        };
        return found.skip(name, &TRASHED);
    }
    found.accounts.push(Imported {
        tags: display.texts("tags"),
        note: display.text("note").to_owned(),
        pinned: display.is("pinned"),
        ..Imported::from(link)
    });
}

/// Splits a link into the link without Ente's parameter and the value of that parameter.
fn split(line: &str) -> (Zeroizing<String>, Value) {
    let Some((head, query)) = line.split_once('?') else {
        return (Zeroizing::new(line.to_owned()), Value::Null);
    };
    let (display, rest): (Vec<_>, Vec<_>) =
        query.split('&').partition(|pair| pair.starts_with(DISPLAY));
    let display = display.first().and_then(|pair| {
        let json = pair.strip_prefix(DISPLAY)?.replace('+', " ");
        let json: Vec<u8> = percent_decode_str(&json).collect();
        document::parse(&json).ok()
    });
    let link = Zeroizing::new(format!("{head}?{}", rest.join("&")));
    (link, display.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ente_adds_to_a_link_is_kept() {
        let text = "otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP&codeDisplay=%7B%22pinned%22%3Atrue%2C\
            %22trashed%22%3Afalse%2C%22tags%22%3A%5B%22a+tag%22%5D%2C%22note%22%3A%221%2B1%22%7D\n\
            otpauth://totp/GitHub:jane?secret=JBSWY3DPEHPK3PXP&codeDisplay=%7B%22trashed%22%3Atrue%7D\n\
            otpauth://totp/GitLab:joe?codeDisplay=PRIVATE&secret=JBSWY3DPEHPK3PXP\n\
            otpauth://yaotp/Y:y?secret=JBSWY3DPEHPK3PXP\nPRIVATE\n";
        assert!(Ente.detect(text.as_bytes()));
        let found = Ente.read(text.as_bytes(), None).unwrap();
        let first = &found.accounts[0];
        assert_eq!(
            (&*first.tags, &*first.note, first.pinned),
            (&["a tag".to_owned()][..], "1+1", true)
        );
        assert_eq!(found.accounts[1].username, "joe");
        let names: Vec<_> = found.skipped.iter().map(|s| &*s.name).collect();
        assert_eq!(names, ["GitHub (jane)", "line 4", "line 5"]);
        assert_eq!(found.skipped[0].reason, TRASHED);
        assert!(!format!("{found:?}").contains("PRIVATE"));
    }

    #[test]
    fn keys_that_would_take_all_memory_are_not_made() {
        for (memory, passes) in [
            (1_u64 << 40, 1_u64),
            (1 << 30, 1 << 30),
            (0, 1),
            (1 << 20, 0),
            (1 << 63, 1 << 63),
        ] {
            let file = format!(
                r#"{{"version":1,"kdfParams":{{"memLimit":{memory},"opsLimit":{passes},
                "salt":"FD9Gp/sr9DkWCt0P83maaA=="}},"encryptedData":"AAAA",
                "encryptionNonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#
            );
            let error = Ente.read(file.as_bytes(), Some(b"x")).unwrap_err();
            assert!(
                matches!(error, Error::Damaged { .. }),
                "{memory} {passes}: {error}"
            );
        }
    }
}
