//! The backup of FreeOTP 2: a master key encrypted with the password, and one encrypted secret per token.

use std::collections::BTreeMap;

use serde_json::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{draft, java};
use crate::crypto::cipher::{self, Plain};
use crate::crypto::{Key, kdf, need};
use crate::damage::Damage;
use crate::document::{self, Fields};
use crate::draft::{Coded, Reason};
use crate::error::Error;
use crate::found::Found;

const TOKEN: &str = "-token";

pub(super) fn read(bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
    let map: BTreeMap<_, _> = java::map(bytes)?.into_iter().collect();
    let master = map.get("masterKey").ok_or(Damage::Field("masterKey"))?;
    let master = document::parse(master.as_bytes())?;
    let master = open_master(Fields::new(&master), need(password)?)?;
    let mut found = Found::default();
    for (name, token) in &map {
        let Some(id) = name.strip_suffix(TOKEN) else {
            continue;
        };
        match document::parse(token.as_bytes()) {
            Ok(token) => {
                let secret = map.get(id).and_then(|sealed| secret(&master, sealed));
                let secret = secret.map(|secret| secret.to_vec());
                let secret = secret.map_or(Coded::Bad(Reason::Sealed), Coded::Bytes);
                let token = Fields::new(&token);
                found.add(&draft(token, secret, token.number("counter")));
            }
            Err(error) => found.skip(id, &error),
        }
    }
    Ok(found)
}

fn open_master(master: Fields<'_>, password: &[u8]) -> Result<Key, Error> {
    let salt = master.bytes("mSalt").ok_or(Damage::Field("mSalt"))?;
    let rounds = master.number("mIterations").required("mIterations")?;
    let key = match master.text("mAlgorithm") {
        "PBKDF2withHmacSHA1" => kdf::pbkdf2::<Sha1>(password, &salt, rounds)?,
        "PBKDF2withHmacSHA256" => kdf::pbkdf2::<Sha256>(password, &salt, rounds)?,
        "PBKDF2withHmacSHA512" => kdf::pbkdf2::<Sha512>(password, &salt, rounds)?,
        _ => return Err(Damage::Cipher.into()),
    };
    let opened = open(&key, master.at("mEncryptedKey")).ok_or(Damage::Field("mEncryptedKey"))?;
    let master = opened.ok_or(Error::WrongPassword)?;
    let master = master.as_slice().try_into().map_err(|_| Damage::Inside)?;
    Ok(Key::new(master))
}

/// Decrypts the secret of a token, which is JSON within a text of JSON.
fn secret(master: &Key, sealed: &str) -> Option<Plain> {
    let outer: Value = document::parse(sealed.as_bytes()).ok()?;
    let inner = document::parse(Fields::new(&outer).text("key").as_bytes()).ok()?;
    open(master, Fields::new(&inner))?
}

/// Decrypts an object. Returns `None` if it has another form, and `Some(None)` if the key is wrong.
fn open(key: &Key, sealed: Fields<'_>) -> Option<Option<Plain>> {
    if sealed.text("mCipher") != "AES/GCM/NoPadding" {
        return None;
    }
    let (text, parameters) = (sealed.bytes("mCipherText")?, sealed.bytes("mParameters")?);
    Some(cipher::gcm(
        key,
        nonce(&parameters)?,
        &text,
        sealed.text("mToken").as_bytes(),
    ))
}

/// Returns the nonce from DER: an octet string, which may be the first element of a sequence.
fn nonce(der: &[u8]) -> Option<&[u8; 12]> {
    let der = match der {
        [0x30, _, rest @ ..] => rest,
        der => der,
    };
    match der {
        [0x04, 12, rest @ ..] => rest.first_chunk(),
        _ => None,
    }
}
