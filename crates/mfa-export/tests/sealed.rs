//! Opens encrypted exports: with the importer, and with a decoder that follows only the description of the format.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use data_encoding::{BASE64, HEXLOWER};
use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, Secret};
use mfa_export::Options;
use mfa_export::formats::FORMATS;
use serde_json::Value;

const PASSWORD: &str = "päss word ";

fn entries() -> Vec<Entry> {
    let entry = |number: u8| Entry {
        account: Account {
            name: format!("bank-{number}"),
            issuer: "Bank".into(),
            username: format!("jane{number}"),
            tags: vec!["Work".into()],
            note: "n".into(),
            ..Account::new(
                AccountId::from_random([number; 16]),
                Kind::Hotp { counter: 7 },
                0,
            )
        },
        secret: Secret::from_bytes(vec![number; 20]).unwrap(),
    };
    // The sizes of their texts differ by less than a block of a cipher.
    vec![entry(1), entry(22), entry(233)]
}

fn seal(format: &str) -> Vec<u8> {
    let format = mfa_export::named(format).unwrap();
    let sealed = format
        .sealed()
        .unwrap()
        .seal(&entries(), PASSWORD, Options::default());
    sealed.unwrap().to_vec()
}

#[test]
fn the_importer_opens_them_with_the_password_only() {
    let formats = FORMATS.iter().filter(|format| format.sealed().is_some());
    let names: Vec<_> = formats.map(|format| format.name()).collect();
    assert_eq!(names, ["aegis", "ente", "keepass"]);
    for name in names {
        let sealed = seal(name);
        assert!(!String::from_utf8_lossy(&sealed).contains("Bank"), "{name}");
        let format = mfa_import::named(name).unwrap();
        let read = |password: Option<&str>| format.read(&sealed, password.map(str::as_bytes));
        assert!(matches!(read(None), Err(mfa_import::Error::PasswordNeeded)));
        let wrong = read(Some("pass word"));
        assert!(matches!(wrong, Err(mfa_import::Error::WrongPassword)));
        let found = read(Some(PASSWORD)).unwrap();
        assert!(found.skipped.is_empty(), "{name}: {:?}", found.skipped);
        for (read, entry) in found.accounts.iter().zip(entries()) {
            assert!(read.secret.same_as(&entry.secret));
            assert_eq!(read.username, entry.account.username);
            assert_eq!((read.kind, &*read.note), (entry.account.kind, "n"));
        }
        assert_eq!(found.accounts.len(), 3);
    }
}

#[test]
fn no_two_exports_are_the_same() {
    let parameters = |file: &Value| file["header"].to_string();
    let read = || serde_json::from_slice::<Value>(&seal("aegis")).unwrap();
    let (one, two) = (read(), read());
    assert_ne!(parameters(&one), parameters(&two));
    assert_ne!(one["db"], two["db"]);
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// Decrypts AES-256-GCM with the nonce and the tag of these parameters.
fn open(key: &[u8], parameters: &Value, mut sealed: Vec<u8>) -> Vec<u8> {
    sealed.extend(hex(&parameters["tag"]));
    let nonce: [u8; 12] = hex(&parameters["nonce"]).try_into().unwrap();
    let cipher = Aes256Gcm::new_from_slice(key).unwrap();
    cipher.decrypt(&nonce.into(), sealed.as_slice()).unwrap()
}

/// The steps of <https://github.com/beemdevelopment/Aegis/blob/master/docs/vault.md>, one by one.
#[test]
fn a_vault_of_aegis_is_encrypted_as_its_description_says() {
    let file: Value = serde_json::from_slice(&seal("aegis")).unwrap();
    assert_eq!(file["version"], 1);
    let slots = file["header"]["slots"].as_array().unwrap();
    let [slot] = slots.as_slice() else {
        panic!("{} slots", slots.len());
    };
    assert_eq!(
        (&slot["type"], &slot["repaired"]),
        (&1.into(), &true.into())
    );
    let cost = ["n", "r", "p"].map(|name| u32::try_from(slot[name].as_u64().unwrap()).unwrap());
    assert_eq!(cost, [32_768, 8, 1]);
    let salt = hex(&slot["salt"]);
    assert_eq!(salt.len(), 32);
    let parameters = scrypt::Params::new(15, cost[1], cost[2]).unwrap();
    let mut key = [0; 32];
    scrypt::scrypt(PASSWORD.as_bytes(), &salt, &parameters, &mut key).unwrap();
    let master = open(&key, &slot["key_params"], hex(&slot["key"]));
    assert_eq!(master.len(), 32);
    let sealed = BASE64.decode(file["db"].as_str().unwrap().as_bytes());
    let database = open(&master, &file["header"]["params"], sealed.unwrap());
    let database: Value = serde_json::from_slice(&database).unwrap();
    assert_eq!(database["version"], 3);
    let entry = &database["entries"][1];
    assert_eq!(
        (&entry["name"], &entry["type"]),
        (&"jane22".into(), &"hotp".into())
    );
    assert_eq!(entry["info"]["counter"], 7);
}

/// Only a database holds everything of an account.
#[test]
fn a_database_keeps_each_field() {
    let mut entries = entries();
    for entry in &mut entries {
        let account = &mut entry.account;
        account.serial = "arn:aws:iam::1:mfa/x".into();
        account.note = "two\nlines".into();
        account.tags = vec!["a".into(), "b c".into()];
        account.domains = mfa_core::site::known(["aws.amazon.com", "localhost"]);
        account.pinned = true;
        account.modified = 1_700_000_001;
        account.created = 1_600_000_000;
        account.more.insert("newer".into(), vec![1].into());
    }
    let keepass = mfa_export::named("keepass").unwrap().sealed().unwrap();
    for keepass2 in [false, true] {
        let options = Options {
            keepass2,
            ..Options::default()
        };
        let bytes = keepass.seal(&entries, PASSWORD, options).unwrap();
        let key = mfa_keepass::DatabaseKey::new().with_password(PASSWORD);
        let database = mfa_keepass::open(&bytes, &key).unwrap();
        for entry in &entries {
            let id = entry.account.id;
            let stored = database.entry(mfa_keepass::entry::id(id)).unwrap();
            let read = mfa_keepass::entry::read(id, &stored).unwrap();
            assert_eq!(read.account, entry.account);
            assert!(read.secret.same_as(&entry.secret));
            assert_eq!(stored.get("HmacOtp-Counter").is_some(), keepass2);
        }
    }
}
