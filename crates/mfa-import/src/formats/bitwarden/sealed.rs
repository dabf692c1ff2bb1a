//! Decrypts exports of Bitwarden that are encrypted with a password.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::crypto::cipher::{self, Plain};
use crate::crypto::kdf::{self, Argon2};
use crate::crypto::{Key, need};
use crate::damage::Damage;
use crate::document::Fields;
use crate::error::Error;
use crate::text;

/// The keys of the cipher and of the checksum.
struct Keys {
    enc: Key,
    mac: Key,
}

/// Returns the JSON of an encrypted file.
pub(super) fn open(file: Fields<'_>, password: Option<&[u8]>) -> Result<Plain, Error> {
    let keys = keys(file, need(password)?)?;
    let known = "encKeyValidation_DO_NOT_EDIT";
    keys.open(file.text(known))
        .ok_or(Damage::Field(known))?
        .ok_or(Error::WrongPassword)?;
    let plain = keys.open(file.text("data")).ok_or(Damage::Field("data"))?;
    Ok(plain.ok_or(Damage::Inside)?)
}

fn keys(file: Fields<'_>, password: &[u8]) -> Result<Keys, Damage> {
    // The salt is used as it is, neither decoded nor trimmed.
    let salt = file.raw_text("salt").as_bytes();
    let rounds = file.number("kdfIterations").required("kdfIterations")?;
    let master = match file.number("kdfType").required("kdfType")? {
        0 => kdf::pbkdf2::<Sha256>(password, salt, rounds)?,
        1 => {
            let memory = file.number("kdfMemory").required("kdfMemory")?;
            let argon2 = Argon2 {
                memory: memory.checked_mul(1024).ok_or(Damage::Work)?,
                passes: rounds,
                lanes: file.number("kdfParallelism").required("kdfParallelism")?,
            };
            argon2.key(password, &*kdf::sha256(salt))?
        }
        _ => return Err(Damage::Cipher),
    };
    let expand = |what: &[u8]| {
        let mut key = Key::default();
        let hkdf = Hkdf::<Sha256>::from_prk(&*master).map_err(|_| Damage::Inside)?;
        hkdf.expand(what, &mut *key).map_err(|_| Damage::Inside)?;
        Ok(key)
    };
    Ok(Keys {
        enc: expand(b"enc")?,
        mac: expand(b"mac")?,
    })
}

impl Keys {
    /// Decrypts `2.iv|sealed|mac`. Returns `None` if the text has another form, and `Some(None)` if the key
    /// is wrong.
    fn open(&self, text: &str) -> Option<Option<Plain>> {
        let mut parts = text.strip_prefix("2.")?.split('|').map(text::base64);
        let (iv, sealed, mac) = (parts.next()??, parts.next()??, parts.next()??);
        let iv: &[u8; 16] = iv.as_slice().try_into().ok()?;
        let mut sum = Hmac::<Sha256>::new_from_slice(&*self.mac).ok()?;
        sum.update(iv);
        sum.update(&sealed);
        if sum.verify_slice(&mac).is_err() {
            return Some(None);
        }
        Some(cipher::cbc(&self.enc, iv, &sealed))
    }
}
