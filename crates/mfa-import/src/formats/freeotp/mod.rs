//! FreeOTP and FreeOTP+: the JSON that FreeOTP+ exports, the settings file of both apps, and the encrypted
//! backup of FreeOTP 2.

mod java;
mod sealed;

use serde_json::Value;

use super::{Format, prefs};
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;

/// A file of FreeOTP or FreeOTP+.
pub(super) struct FreeOtp;

impl Format for FreeOtp {
    fn name(&self) -> &'static str {
        "freeotp"
    }

    fn title(&self) -> &'static str {
        "a FreeOTP or FreeOTP+ file: an export, a backup or the settings"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(java::MAGIC)
            || Shape::of(bytes).has(&["tokens", "tokenOrder"])
            || prefs::is_one(bytes) && prefs::contains(bytes, "name=\"tokenOrder\"")
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        if bytes.starts_with(java::MAGIC) {
            return sealed::read(bytes, password);
        }
        let mut found = Found::default();
        if prefs::is_one(bytes) {
            for (name, text) in prefs::strings(bytes)? {
                match document::parse(text.as_bytes()) {
                    _ if name == "tokenOrder" => {}
                    Ok(token) => found.add(&token_of(&token)),
                    Err(error) => found.skip(name, &error),
                }
            }
            return Ok(found);
        }
        let file = document::parse(bytes)?;
        for token in Fields::new(&file).list("tokens")? {
            found.add(&draft(token, secret(token), stored_counter(token)));
        }
        Ok(found)
    }
}

fn token_of(token: &Value) -> Draft<'_> {
    let token = Fields::new(token);
    draft(token, secret(token), stored_counter(token))
}

fn secret(token: Fields<'_>) -> Coded<'_> {
    Coded::bytes(token.bytes("secret"), "a list of bytes")
}

/// Returns the counter. These apps store the counter of the last code, but the backup of FreeOTP 2 has that
/// of the next one.
fn stored_counter(token: Fields<'_>) -> Number {
    match token.integer("counter") {
        None => token.number("counter").or(1),
        Some(last) => match u64::try_from(last.saturating_add(1)) {
            Ok(next) => Number::Whole(next),
            Err(_) => Number::Bad,
        },
    }
}

fn draft<'f>(token: Fields<'f>, secret: Coded<'f>, counter: Number) -> Draft<'f> {
    let issuer = match token.text("issuerExt") {
        "" => token.text("issuerInt"),
        issuer => issuer,
    };
    let digits = token.number("digits");
    let kind = match token.text("type") {
        "" => Type::Totp,
        kind => Type::parse(kind),
    };
    Draft {
        kind: kind.or_steam(issuer, digits),
        issuer,
        username: token.text("label"),
        secret,
        algorithm: token.text("algo"),
        digits,
        period: token.number("period"),
        counter,
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: &str = r#"{"tokenOrder":[],"tokens":[
        {"algo":"SHA256","counter":-1,"digits":8,"issuerExt":"AWS","label":"root","secret":[-1,0,1],"type":"HOTP"},
        {"issuerInt":"Steam","label":"joe","secret":[1]},
        {"issuerInt":"Odd","label":"odd","secret":[1,300]}]}"#;

    #[test]
    fn counters_are_those_of_the_last_code() {
        assert!(FreeOtp.detect(TOKENS.as_bytes()));
        let found = FreeOtp.read(TOKENS.as_bytes(), None).unwrap();
        assert_eq!(found.accounts[0].kind.counter(), Some(0));
        assert_eq!(found.accounts[0].secret.expose(), [255, 0, 1]);
        assert_eq!(found.accounts[1].kind.as_str(), "steam");
        assert_eq!(found.skipped[0].reason, "its secret is not a list of bytes");
    }

    #[test]
    fn settings_hold_the_same() {
        let file = br#"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>
            <map><string name="AWS:root">{&quot;counter&quot;:6,&quot;issuerExt&quot;:&quot;A&amp;B&#233;&quot;,
            &quot;secret&quot;:[1,2],&quot;type&quot;:&quot;HOTP&quot;}</string><string name="bad">x</string>
            <int name="i" value="1" /><string name="tokenOrder">[]</string></map>"#;
        assert!(FreeOtp.detect(file));
        let found = FreeOtp.read(file, None).unwrap();
        assert_eq!(found.accounts[0].issuer, "A&B\u{e9}");
        assert_eq!(found.accounts[0].kind.counter(), Some(7));
        assert_eq!(found.skipped[0].name, "bad");
    }
}
