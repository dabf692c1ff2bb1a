//! Tests of the conversion.

use mfa_core::account::{Algorithm, Digits, Period};
use mfa_core::site;

use super::*;

/// What a link says of an account; an item keeps it there. `id` is the id of the entry.
const OF_LINK: [&str; 8] = [
    "id",
    "issuer",
    "username",
    "type",
    "algorithm",
    "digits",
    "period",
    "counter",
];

fn written_and_read(entry: &Entry) -> Entry {
    let mut database = crate::create();
    write(&mut database, entry);
    let id = entry.account.id;
    read(id, &database.entry(self::id(id)).unwrap()).unwrap()
}

fn of(kind: Kind) -> Account {
    let id = AccountId::from_random([7; 16]);
    Account {
        name: "bank".into(),
        issuer: "Bank".into(),
        username: "jane".into(),
        algorithm: Algorithm::Sha512,
        digits: Digits::new(8).unwrap(),
        ..Account::new(id, kind, 0)
    }
}

/// Another value than the field has by default.
fn unusual(value: &Json) -> Json {
    match value {
        Json::Bool(is) => (!is).into(),
        Json::Number(number) => (number.as_u64().unwrap() + 1_700_000_000).into(),
        Json::String(text) => format!("{text}x").into(),
        // Domains have to be some.
        Json::Array(_) => vec!["x.example"].into(),
        other => panic!("say what an unusual value of {other} is"),
    }
}

/// Goes through all fields that an account has in JSON, so that a new one is tested too.
#[test]
fn no_field_of_an_account_is_lost() {
    let period = Period::new(60).unwrap();
    for kind in [Kind::Totp { period }, Kind::Hotp { counter: 7 }] {
        let account = Account {
            // They are not in the JSON if there are none.
            domains: site::known(["bank.example"]),
            ..of(kind)
        };
        let Json::Object(mut expected) = serde_json::to_value(&account).unwrap() else {
            panic!("an account is an object");
        };
        let mut fields = item::fields(&account);
        for (field, value) in &mut expected {
            if !OF_LINK.contains(&field.as_str()) {
                *value = unusual(value);
                fields.insert(field.clone(), value.clone());
            }
        }
        let secret = Secret::from_bytes(vec![1; 20]).unwrap();
        let link = uri::parse(&uri::print(&account, &secret)).unwrap();
        let full = Entry::from_fields(account.id, link, fields).unwrap();
        assert_eq!(
            serde_json::to_value(&full.account).unwrap(),
            Json::Object(expected),
            "an item keeps all fields"
        );
        let read = written_and_read(&full);
        assert_eq!(read.account, full.account);
        assert!(read.secret.same_as(&full.secret));
    }
}

/// KeePass 2 makes codes from attributes of its own, which must not go stale.
#[test]
fn the_attributes_of_keepass_2_follow_the_codes() {
    let period = Period::new(60).unwrap();
    let entry = |secret: u8, kind, name: &str| Entry {
        account: Account {
            name: name.into(),
            algorithm: Algorithm::Sha1,
            digits: Digits::default(),
            ..of(kind)
        },
        secret: Secret::from_bytes(vec![secret; 20]).unwrap(),
    };
    let mut database = crate::create();
    let old = entry(1, Kind::Totp { period }, "bank");
    write(&mut database, &old);
    let id = id(old.account.id);
    let attributes = |database: &Database| {
        let found = database.entry(id).unwrap();
        let names = found
            .fields
            .keys()
            .filter(|name| keepass2::is_attribute(name));
        let mut all: Vec<_> = names
            .map(|name| (name.clone(), found.get(name).unwrap().to_owned()))
            .collect();
        all.sort();
        all
    };
    // Where there are none, there stay none.
    write(&mut database, &entry(2, Kind::Totp { period }, "bank"));
    assert!(attributes(&database).is_empty());
    write(&mut database, &old);
    keepass2::add(&mut database, &old);
    let before = attributes(&database);
    write(
        &mut database,
        &entry(1, Kind::Totp { period }, "another name"),
    );
    assert_eq!(attributes(&database), before);
    for (new, count) in [
        (entry(3, Kind::Totp { period }, "bank"), 4),
        (entry(3, Kind::Hotp { counter: 7 }, "bank"), 2),
        (entry(3, Kind::Hotp { counter: 8 }, "bank"), 2),
    ] {
        write(&mut database, &new);
        let mut expected = crate::create();
        write(&mut expected, &new);
        keepass2::add(&mut expected, &new);
        let now = attributes(&database);
        assert_eq!((now.len(), &now), (count, &attributes(&expected)));
    }
    // It cannot make the codes of this one.
    write(&mut database, &entry(3, Kind::Steam, "bank"));
    assert!(attributes(&database).is_empty());
}

#[test]
fn a_removed_account_leaves_no_secret_for_keepass_2() {
    for has_password in [false, true] {
        let mut database = crate::create();
        let account = Entry {
            account: of(Kind::Hotp { counter: 7 }),
            secret: Secret::from_bytes(vec![1; 20]).unwrap(),
        };
        write(&mut database, &account);
        let id = id(account.account.id);
        let mut entry = database.entry_mut(id).unwrap();
        entry.set("TimeOtp-Secret", Value::protected("\u{1}".repeat(20)));
        if has_password {
            entry.set(fields::PASSWORD, Value::protected("a password"));
        }
        remove(&mut database, account.account.id);
        let left = database.entry(id).map(|entry| entry.fields.len());
        let names = database.entry(id).map(|entry| {
            let mut names: Vec<_> = entry.fields.keys().cloned().collect();
            names.retain(|name| keepass2::is_attribute(name));
            names
        });
        assert_eq!(
            (left.is_some(), names.unwrap_or_default().len()),
            (has_password, 0)
        );
    }
}

fn new(secret: u8, kind: Kind) -> Entry {
    Entry {
        account: Account {
            algorithm: Algorithm::Sha1,
            digits: Digits::default(),
            ..of(kind)
        },
        secret: Secret::from_bytes(vec![secret; 20]).unwrap(),
    }
}

fn totp(secret: u8) -> Entry {
    let period = Period::default();
    new(secret, Kind::Totp { period })
}

/// Somebody may keep a second account in an entry, of which only KeePass 2 knows.
#[test]
fn another_secret_for_keepass_2_is_never_overwritten_nor_removed() {
    for (form, other) in [
        ("", "12345678901234567890"),
        ("-Hex", "3132333435363738393031323334353637383930"),
        ("-Base32", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ("-Base64", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="),
        ("-Base32", "not a secret: 1890!"),
    ] {
        let name = format!("TimeOtp-Secret{form}");
        let mut database = crate::create();
        write(&mut database, &totp(1));
        let id = totp(1).account.id;
        let of_entry = |database: &Database| {
            let entry = database.entry(super::id(id)).unwrap();
            let other = entry.get(&name).map(str::to_owned);
            (other, has_another_secret(&entry), holds_more(&entry))
        };
        assert_eq!(of_entry(&database), (None, false, false));
        let mut entry = database.entry_mut(super::id(id)).unwrap();
        entry.set(&name, Value::protected(other));
        let kept = (Some(other.to_owned()), true, true);
        assert_eq!(of_entry(&database), kept);
        // Those of the other kind are a copy of the link.
        keepass2::add(&mut database, &new(1, Kind::Hotp { counter: 1 }));
        for entry in [totp(2), new(2, Kind::Hotp { counter: 7 }), totp(3)] {
            write(&mut database, &entry);
            assert_eq!(of_entry(&database), kept);
        }
        let entry = database.entry(super::id(id)).unwrap();
        assert!(entry.fields.keys().all(|name| !name.starts_with("HmacOtp")));
        remove(&mut database, id);
        let (left, ..) = of_entry(&database);
        assert_eq!(left.as_deref(), Some(other));
    }
}

#[test]
fn the_secret_of_the_link_in_another_form_is_a_copy() {
    let same = Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap();
    let mut database = crate::create();
    let account = totp(1).account;
    let id = id(account.id);
    let secret = same;
    write(&mut database, &Entry { account, secret });
    let mut entry = database.entry_mut(id).unwrap();
    entry.set("TimeOtp-Secret", Value::protected("12345678901234567890"));
    assert!(!has_another_secret(&entry.as_ref()));
    write(&mut database, &totp(2));
    let entry = database.entry(id).unwrap();
    assert!(entry.get("TimeOtp-Secret").is_none() && !has_another_secret(&entry));
}

/// An attribute of another program has whatever name it likes.
#[test]
fn attributes_of_others_are_neither_read_nor_removed() {
    let mut entry = Entry {
        account: of(Kind::Hotp { counter: 7 }),
        secret: Secret::from_bytes(vec![1; 20]).unwrap(),
    };
    let mut database = crate::create();
    write(&mut database, &entry);
    let (account, foreign) = (entry.account.id, [("device", "SN 12"), ("pinned", "no")]);
    let id = id(account);
    let mut found = database.entry_mut(id).unwrap();
    for (name, value) in foreign {
        found.set_unprotected(name, value);
    }
    let read = |database: &Database| read(account, &database.entry(id).unwrap()).unwrap();
    assert_eq!(read(&database).account, entry.account);
    entry.account.serial = "ours".into();
    entry.account.pinned = true;
    write(&mut database, &entry);
    assert_eq!(read(&database).account, entry.account);
    remove(&mut database, account);
    let left = database.entry(id).unwrap();
    for (name, value) in foreign {
        assert_eq!(left.get(name), Some(value));
    }
    // What a person has typed into ours and cannot be read is nothing.
    write(&mut database, &entry);
    let mut found = database.entry_mut(id).unwrap();
    found.fields.remove(SERIAL);
    found.set_unprotected("mfactl serial", "12");
    found.set_unprotected("mfactl pinned", "\"maybe\"");
    found.set_unprotected("mfactl domains", "\"bank.example\"");
    let typed = read(&database).account;
    assert_eq!((&*typed.serial, typed.pinned), ("", false));
    assert!(typed.domains.is_empty());
    let mut found = database.entry_mut(id).unwrap();
    found.set_unprotected("mfactl domains", "[\"bank.example\",\"two words\",1]");
    let typed = read(&database).account;
    assert_eq!(typed.domains, site::known(["bank.example"]));
}

#[test]
fn texts_that_are_cut_are_named() {
    let entry = Entry {
        account: of(Kind::Hotp { counter: 7 }),
        secret: Secret::from_bytes(vec![1; 20]).unwrap(),
    };
    let mut database = crate::create();
    write(&mut database, &entry);
    let account = entry.account.id;
    let id = self::id(account);
    let mut cut = |title: usize, notes: usize| {
        let mut entry = database.entry_mut(id).unwrap();
        entry.set_unprotected(fields::TITLE, " ".to_owned() + &"t".repeat(title));
        entry.set_unprotected(fields::NOTES, "n".repeat(notes) + "\r\n");
        let read = read(account, &entry.as_ref()).unwrap();
        let whole = (title, notes) == (read.account.name.len(), read.account.note.len());
        let cut = too_long(&entry.as_ref());
        assert_eq!(whole, cut.is_empty());
        cut
    };
    assert!(cut(MAX_NAME, MAX_NOTE).is_empty());
    assert_eq!(cut(MAX_NAME + 1, MAX_NOTE), ["title"]);
    assert_eq!(cut(MAX_NAME + 1, MAX_NOTE + 1), ["title", "notes"]);
}

#[test]
fn a_field_that_is_no_longer_there_is_removed() {
    let mut database = crate::create();
    let mut account = of(Kind::Hotp { counter: 7 });
    account.serial = "s".into();
    account.pinned = true;
    account.more.insert("icon".into(), "a.png".into());
    let mut entry = Entry {
        account,
        secret: Secret::from_bytes(vec![1; 20]).unwrap(),
    };
    write(&mut database, &entry);
    let stored = |database: &Database| {
        let found = database.entry(id(entry.account.id)).unwrap();
        let get = |name| found.get(name).map(str::to_owned);
        ["serial", "pinned", "mfactl icon"].map(get)
    };
    let full = ["s", "yes", "\"a.png\""].map(|text| Some(text.to_owned()));
    assert_eq!(stored(&database), full);
    let plain = of(Kind::Hotp { counter: 7 });
    let old = std::mem::replace(&mut entry.account, plain);
    write(&mut database, &entry);
    let found = database.entry(id(old.id)).unwrap();
    assert!(
        ["serial", "pinned", "mfactl icon"]
            .iter()
            .all(|name| found.get(name).is_none())
    );
}
