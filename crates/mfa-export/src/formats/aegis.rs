//! The vault of Aegis, version 3: <https://github.com/beemdevelopment/Aegis/blob/master/docs/vault.md>.

use std::collections::BTreeMap;

use data_encoding::{BASE64, HEXLOWER};
use mfa_core::account::{Kind, Period};
use mfa_core::item::Entry;
use serde_json::{Value, json};

use super::{Bytes, Format, Options, Sealed};
use crate::failure::Failure;
use crate::holds::{Count, Holds};
use crate::seal::{self, Key, Scrypt};
use crate::{json, random};

/// A vault of Aegis.
pub(super) struct Aegis;

/// The version of the file, and that of the database in it.
const FILE_VERSION: u32 = 1;
const DB_VERSION: u32 = 3;
/// The type of a slot for a password.
const PASSWORD: u32 = 1;
/// The cost of a key, as in the app.
const SCRYPT: Scrypt = Scrypt {
    log_n: 15,
    r: 8,
    p: 1,
};

impl Format for Aegis {
    fn name(&self) -> &'static str {
        "aegis"
    }

    fn title(&self) -> &'static str {
        "an Aegis vault, encrypted or not"
    }

    fn holds(&self) -> Holds {
        Holds {
            tags: Count::Many,
            pinned: true,
            note: true,
            ..Holds::only(&["totp", "hotp", "steam", "motp", "yandex"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        json::print(&json!({
            "version": FILE_VERSION,
            "header": {"slots": null, "params": null},
            "db": database(entries)?,
        }))
    }

    fn sealed(&self) -> Option<&dyn Sealed> {
        Some(self)
    }
}

impl Sealed for Aegis {
    fn holds(&self) -> Holds {
        Format::holds(self)
    }

    /// A random key encrypts the database. The one slot holds that key, encrypted with the password.
    fn seal(
        &self,
        entries: &[Entry],
        password: &str,
        _options: Options<'_>,
    ) -> Result<Bytes, Failure> {
        let master = Key::new(random::bytes()?);
        let (salt, nonce) = (random::bytes::<32>()?, random::bytes()?);
        let key = SCRYPT.key(password, &salt)?;
        let (sealed_key, tag) = seal::gcm(&key, &nonce, &*master)?;
        let slot = json!({
            "type": PASSWORD,
            "uuid": random::uuid()?,
            "key": HEXLOWER.encode(&sealed_key),
            "key_params": {"nonce": HEXLOWER.encode(&nonce), "tag": HEXLOWER.encode(&tag)},
            "n": 1_u32 << SCRYPT.log_n,
            "r": SCRYPT.r,
            "p": SCRYPT.p,
            "salt": HEXLOWER.encode(&salt),
            "repaired": true,
            "is_backup": false,
        });
        let nonce = random::bytes()?;
        let (sealed, tag) = seal::gcm(&master, &nonce, &json::print(&database(entries)?)?)?;
        json::print(&json!({
            "version": FILE_VERSION,
            "header": {
                "slots": [slot],
                "params": {"nonce": HEXLOWER.encode(&nonce), "tag": HEXLOWER.encode(&tag)},
            },
            "db": BASE64.encode(&sealed),
        }))
    }
}

fn database(entries: &[Entry]) -> Result<Value, Failure> {
    let mut groups = BTreeMap::new();
    for tag in entries.iter().flat_map(|entry| &entry.account.tags) {
        if !groups.contains_key(tag.as_str()) {
            groups.insert(tag.as_str(), random::uuid()?);
        }
    }
    let entries: Vec<_> = entries.iter().map(|entry| item(entry, &groups)).collect();
    let groups = groups.iter();
    let groups: Vec<_> = groups
        .map(|(name, id)| json!({"uuid": id, "name": name}))
        .collect();
    Ok(json!({
        "version": DB_VERSION,
        "entries": entries,
        "groups": groups,
        "icons_optimized": true,
    }))
}

fn item(entry: &Entry, groups: &BTreeMap<&str, String>) -> Value {
    let account = &entry.account;
    let tags = account.tags.iter();
    let tags: Vec<_> = tags.filter_map(|tag| groups.get(tag.as_str())).collect();
    json!({
        "type": account.kind.as_str(),
        "uuid": account.id.to_string(),
        "name": account.username,
        "issuer": account.issuer,
        "note": account.note,
        "favorite": account.pinned,
        "icon": null,
        "info": info(entry),
        "groups": tags,
    })
}

fn info(entry: &Entry) -> Value {
    let kind = entry.account.kind;
    let mut info = json!({
        "secret": entry.secret.to_base32().as_str(),
        "algo": kind.hash(entry.account.algorithm),
        "digits": entry.account.digits.get(),
    });
    match kind {
        Kind::Hotp { counter } => info["counter"] = counter.into(),
        _ => info["period"] = kind.period().map(Period::get).into(),
    }
    if kind.needs_pin() {
        info["pin"] = entry.secret.expose_pin().into();
    }
    info
}
