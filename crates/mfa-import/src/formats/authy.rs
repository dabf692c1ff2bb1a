//! Authy, which has no export: the settings files of its Android app, the answers of its servers, and the
//! list that a script for the desktop app writes.

use sha1::Sha1;

use super::{Format, prefs};
use crate::crypto::{cipher, kdf, need};
use crate::damage::Damage;
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Coded, Draft, Reason};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// The accounts of Authy.
pub(super) struct Authy;

const CODES: &str = "com.authy.storage.tokens.authenticator.key";
/// The accounts of services that use Authy's own codes.
const OWN: &str = "com.authy.storage.tokens.authy.key";
/// The number of PBKDF2 rounds if the file does not say.
const ROUNDS: u64 = 1000;
/// The largest number of rounds for all tokens together.
const MAX_ROUNDS: u64 = 5_000_000;
const ANSWERS: [&str; 2] = ["authenticator_tokens", "decrypted_authenticator_tokens"];

impl Format for Authy {
    fn name(&self) -> &'static str {
        "authy"
    }

    fn title(&self) -> &'static str {
        "the accounts of Authy: settings of its Android app, answers of its servers, or a list of links"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let shape = Shape::of(bytes);
        ANSWERS.iter().any(|key| shape.has(&[key]))
            || shape.lists(&["name", "secret", "uri"])
            || prefs::is_one(bytes)
                && (prefs::contains(bytes, CODES) || prefs::contains(bytes, OWN))
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let mut tokens = Tokens {
            password,
            ..Tokens::default()
        };
        if prefs::is_one(bytes) {
            for (name, text) in prefs::strings(bytes)? {
                if name == CODES || name == OWN {
                    let list = document::parse(text.as_bytes())?;
                    Fields::new(&list)
                        .entries()
                        .try_for_each(|token| tokens.add(token))?;
                }
            }
            return tokens.finish();
        }
        let file = document::parse(bytes)?;
        let file = Fields::new(&file);
        if file.is_list() {
            for entry in file.entries() {
                let names = Draft {
                    issuer: entry.text("name"),
                    ..Draft::default()
                };
                tokens.found.add_link(entry.text("uri"), &names);
            }
            return Ok(tokens.found);
        }
        for key in ANSWERS {
            file.at(key)
                .entries()
                .try_for_each(|token| tokens.add(token))?;
        }
        tokens.finish()
    }
}

#[derive(Default)]
struct Tokens<'p> {
    found: Found,
    password: Option<&'p [u8]>,
    rounds: u64,
    opened: usize,
    closed: usize,
}

impl Tokens<'_> {
    fn add(&mut self, token: Fields<'_>) -> Result<(), Error> {
        let (issuer, username) = names(token);
        let seed = token.text("secretSeed");
        let secret = if seed.is_empty() {
            self.secret(token)?
        } else {
            Coded::bytes(text::hex(seed), "hexadecimal")
        };
        let own = !seed.is_empty();
        self.found.add(&Draft {
            issuer,
            username,
            secret,
            digits: token.number("digits").or(if own { 7 } else { 6 }),
            period: Number::Whole(if own { 10 } else { 30 }),
            ..Draft::default()
        });
        Ok(())
    }

    fn secret<'f>(&mut self, token: Fields<'f>) -> Result<Coded<'f>, Error> {
        let plain = ["decryptedSecret", "decrypted_seed"].map(|key| token.text(key));
        if let Some(plain) = plain.into_iter().find(|text| !text.is_empty()) {
            return Ok(Coded::base32(plain));
        }
        let sealed = ["encryptedSecret", "encrypted_seed"].map(|key| token.text(key));
        let Some(sealed) = sealed.into_iter().find(|text| !text.is_empty()) else {
            return Ok(Coded::base32(""));
        };
        let rounds = token.number("key_derivation_iterations").or(ROUNDS);
        let rounds = rounds.required("key_derivation_iterations")?;
        self.rounds = self
            .rounds
            .checked_add(rounds)
            .filter(|all| *all <= MAX_ROUNDS)
            .ok_or(Damage::Work)?;
        let iv = text::hex(token.text("unique_iv")).filter(|iv| !iv.is_empty());
        let iv = iv.map_or(Ok([0; 16]), |iv| {
            iv.try_into().map_err(|_| Damage::Field("unique_iv"))
        })?;
        let key = kdf::pbkdf2::<Sha1>(
            need(self.password)?,
            token.raw_text("salt").as_bytes(),
            rounds,
        )?;
        let secret = text::base64(sealed).and_then(|sealed| cipher::cbc(&key, &iv, &sealed));
        // There is no checksum: a result that is not a secret shows that the password is a different one.
        let secret = secret.and_then(|secret| String::from_utf8(secret.to_vec()).ok());
        Ok(
            match secret.filter(|secret| mfa_core::Secret::from_base32(secret).is_ok()) {
                Some(secret) => {
                    self.opened += 1;
                    Coded::Base32(secret.into())
                }
                None => {
                    self.closed += 1;
                    Coded::Bad(Reason::OtherPassword)
                }
            },
        )
    }

    fn finish(self) -> Result<Found, Error> {
        if self.opened == 0 && self.closed > 0 {
            return Err(Error::WrongPassword);
        }
        Ok(self.found)
    }
}

/// Returns the issuer and the user name. A name is often `Issuer: user`.
fn names(token: Fields<'_>) -> (&str, &str) {
    let first = |keys: [&str; 3]| {
        keys.map(|key| token.text(key))
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or("")
    };
    let issuer = first(["originalIssuer", "issuer", "original_issuer"]);
    let name = first(["name", "originalName", "original_name"]);
    match name.split_once(':') {
        Some((prefix, user)) if issuer.is_empty() || prefix.trim() == issuer => {
            (prefix.trim(), user.trim())
        }
        _ => (issuer, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_lists_are_read() {
        let file = br#"{"decrypted_authenticator_tokens":[
            {"name":"AWS: root","issuer":null,"digits":8,"decrypted_seed":"JBSWY3DPEHPK3PXP"},
            {"name":"x","issuer":"Y","digits":6,"decrypted_seed":"1"}],"message":"success"}"#;
        assert!(Authy.detect(file));
        let found = Authy.read(file, None).unwrap();
        assert_eq!(
            (&*found.accounts[0].issuer, &*found.accounts[0].username),
            ("AWS", "root")
        );
        assert_eq!(found.skipped[0].name, "Y (x)");
        let file = br#"[{"name":"a","secret":"JBSWY3DPEHPK3PXP","uri":"otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP"}]"#;
        assert!(Authy.detect(file));
        assert_eq!(Authy.read(file, None).unwrap().accounts[0].username, "root");
    }

    #[test]
    fn encrypted_tokens_need_the_password_and_no_more_than_some_work() {
        let file = br#"{"authenticator_tokens":[{"name":"a","encrypted_seed":"AAAAAAAAAAAAAAAAAAAAAA==","salt":"s"}]}"#;
        assert!(matches!(Authy.read(file, None), Err(Error::PasswordNeeded)));
        assert!(matches!(
            Authy.read(file, Some(b"x")),
            Err(Error::WrongPassword)
        ));
        let token =
            r#"{"encrypted_seed":"AAAA","salt":"s","key_derivation_iterations":3000000000}"#;
        let file = format!(r#"{{"authenticator_tokens":[{token},{token}]}}"#);
        let error = Authy.read(file.as_bytes(), Some(b"x")).unwrap_err();
        assert!(
            error.to_string().contains("too much time or memory"),
            "{error}"
        );
    }

    #[test]
    fn own_tokens_have_seven_digits_and_ten_seconds() {
        let file = br#"<map><string name="com.authy.storage.tokens.authy.key">[{&quot;name&quot;:&quot;Twilio&quot;,
            &quot;secretSeed&quot;:&quot;00ff&quot;}]</string></map>"#;
        assert!(Authy.detect(file));
        let found = Authy.read(file, None).unwrap();
        let period = found.accounts[0].kind.period().unwrap().get();
        assert_eq!((found.accounts[0].digits.get(), period), (7, 10));
    }
}
