//! Reads back what is written, with the importer, and compares all fields that a format can hold.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, Secret};
use mfa_export::formats::FORMATS;
use mfa_export::{Bytes, Format, Steam, Tags};
use mfa_import::{Found, Imported};
use proptest::prelude::*;

/// Fields that a format holds, but that the importer does not read from it.
const UNREAD: &[(&str, &str)] = &[("bitwarden", "note"), ("keepass", "note")];

fn is_read(format: &dyn Format, field: &str) -> bool {
    !UNREAD.contains(&(format.name(), field))
}

/// Returns texts as people write them, with characters that files have to escape.
fn text() -> impl Strategy<Value = String> {
    let word = "[A-Za-z0-9äß語🔑%&#+?=/:,;<>'\"\\\\@._-]{1,12}";
    proptest::collection::vec(word, 1..3).prop_map(|words| words.join(" "))
}

fn kind() -> impl Strategy<Value = Kind> {
    let usual = prop_oneof![Just(10), Just(30), Just(60), 1..=86_400_u64];
    let totp = usual.prop_map(|period| Kind::Totp {
        period: Period::new(period).unwrap(),
    });
    let hotp = prop_oneof![0..10_u64, 0..=u64::from(u32::MAX)];
    prop_oneof![
        4 => totp,
        2 => hotp.prop_map(|counter| Kind::Hotp { counter }),
        1 => Just(Kind::Steam),
        1 => Just(Kind::Motp),
        1 => Just(Kind::Yandex),
    ]
}

fn parameters() -> impl Strategy<Value = (Kind, Algorithm, Digits)> {
    let algorithm = prop_oneof![
        Just(Algorithm::Sha1),
        Just(Algorithm::Sha256),
        Just(Algorithm::Sha512)
    ];
    let digits = (6..=9_u64).prop_map(|digits| Digits::new(digits).unwrap());
    (kind(), algorithm, digits).prop_map(|(kind, algorithm, digits)| {
        let (algorithm, digits) = kind.fixed().unwrap_or((algorithm, digits));
        (kind, algorithm, digits)
    })
}

fn secret(kind: Kind, bytes: Vec<u8>) -> Secret {
    let secret = Secret::from_bytes(bytes).unwrap();
    match kind.needs_pin() {
        true => secret.with_pin("1234").unwrap(),
        false => secret,
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let names = (
        "[a-z][a-z0-9]{3,9}",
        text(),
        prop_oneof![Just(String::new()), text()],
    );
    let more = (
        proptest::collection::btree_set("[A-Za-z ü]{0,5}[A-Za-z]", 0..4),
        any::<bool>(),
        prop_oneof![
            Just(String::new()),
            text().prop_map(|note| format!("{note}\nend"))
        ],
    );
    // Yandex needs 16 bytes.
    let bytes = proptest::collection::vec(any::<u8>(), 16..40);
    (parameters(), names, more, bytes, any::<[u8; 16]>()).prop_map(
        |((kind, algorithm, digits), (name, issuer, username), (tags, pinned, note), bytes, id)| {
            Entry {
                account: Account {
                    name,
                    issuer,
                    username,
                    algorithm,
                    digits,
                    tags: tags.into_iter().map(|tag| tag.trim().to_owned()).collect(),
                    pinned,
                    note,
                    ..Account::new(AccountId::from_random(id), kind, 1_700_000_000)
                },
                secret: secret(kind, bytes),
            }
        },
    )
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    proptest::collection::vec(entry(), 1..25)
}

/// Returns the accounts that a format can hold.
fn kept(format: &dyn Format, entries: &[Entry]) -> Vec<Entry> {
    let accounts: Vec<_> = entries.iter().map(|entry| entry.account.clone()).collect();
    let report = format.report(&accounts);
    let copy = |entry: &Entry| Entry {
        account: entry.account.clone(),
        secret: secret(entry.account.kind, entry.secret.expose().to_vec()),
    };
    let kept = entries.iter().zip(report.kept).filter(|(_, kept)| *kept);
    kept.map(|(entry, _)| copy(entry)).collect()
}

fn read(format: &str, bytes: &Bytes) -> Found {
    let read = mfa_import::named(format).unwrap();
    assert!(read.detect(bytes), "{format} is not detected");
    let found = read.read(bytes, None).unwrap();
    assert!(found.skipped.is_empty(), "{format}: {:?}", found.skipped);
    found
}

/// Compares an account with the one that was read.
fn compare(format: &dyn Format, entry: &Entry, read: &Imported) {
    let (holds, account, name) = (format.holds(), &entry.account, format.name());
    assert_eq!(
        (read.kind, read.algorithm, read.digits),
        (account.kind, account.algorithm, account.digits),
        "{name}"
    );
    assert!(read.secret.same_as(&entry.secret), "{name}: {account:?}");
    assert_eq!(read.issuer, account.issuer, "{name}");
    if account.kind != Kind::Steam || holds.steam != Steam::IssuerOnly {
        assert_eq!(read.username, account.username, "{name}");
    }
    let tags = match holds.tags {
        Tags::None => 0,
        Tags::One => account.tags.len().min(1),
        Tags::Many => account.tags.len(),
    };
    if is_read(format, "tags") {
        assert_eq!(read.tags, account.tags[..tags], "{name}");
    }
    if is_read(format, "pinned") {
        assert_eq!(read.pinned, holds.pinned && account.pinned, "{name}");
    }
    if is_read(format, "note") {
        let note = if holds.note { &*account.note } else { "" };
        assert_eq!(read.note, note, "{name}");
    }
    if holds.name && (account.kind != Kind::Steam || holds.steam == Steam::Whole) {
        assert_eq!(read.name, account.name, "{name}");
    }
}

fn compare_all(format: &dyn Format, entries: &[Entry], found: &Found) {
    assert_eq!(found.accounts.len(), entries.len(), "{}", format.name());
    for (entry, read) in entries.iter().zip(&found.accounts) {
        compare(format, entry, read);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_format_keeps_what_it_can_hold(entries in entries()) {
        // Readers remove the issuer from a user name that begins with it.
        let begins = |entry: &Entry| entry.account.username.starts_with(&entry.account.issuer);
        prop_assume!(!entries.iter().any(begins));
        for format in FORMATS {
            let kept = kept(*format, &entries);
            if kept.is_empty() {
                continue;
            }
            let bytes = format.write(&kept).unwrap();
            compare_all(*format, &kept, &read(format.name(), &bytes));
        }
    }
}

fn numbered(count: u8) -> Vec<Entry> {
    let entry = |number: u8| {
        let period = Period::default();
        let kind = Kind::Totp { period };
        Entry {
            account: Account {
                // As an import chooses it.
                name: match number {
                    1 => "bank".to_owned(),
                    number => format!("bank-jane{number}"),
                },
                issuer: "Bank".into(),
                username: format!("jane{number}"),
                ..Account::new(AccountId::from_random([number; 16]), kind, 0)
            },
            secret: secret(kind, vec![number; 20]),
        }
    };
    (1..=count).map(entry).collect()
}

#[test]
fn an_export_for_google_is_spread_over_codes_of_ten_accounts() {
    let entries = numbered(23);
    let google = mfa_export::named("google").unwrap();
    let codes = google.codes().unwrap().codes(&entries).unwrap();
    let names: Vec<_> = codes.iter().map(|code| &*code.name).collect();
    assert_eq!(
        names,
        ["QR code 1 of 3", "QR code 2 of 3", "QR code 3 of 3"]
    );
    let text = google.write(&entries).unwrap();
    let found = read("google", &text);
    assert_eq!(found.parts.len(), 3, "{:?}", found.parts);
    compare_all(google, &entries, &found);
    let second = codes[1].link.as_bytes();
    let second = mfa_import::named("google").unwrap().read(second, None);
    let second = second.unwrap();
    assert_eq!((second.accounts.len(), second.skipped.len()), (10, 2));
}

#[test]
fn a_picture_holds_what_its_link_holds() {
    let entries = numbered(12);
    for format in FORMATS {
        let Some(codes) = format.codes() else {
            continue;
        };
        for code in codes.codes(&entries).unwrap() {
            let picture = mfa_export::qr::png(&code.link).unwrap();
            let pictured = mfa_import::named("qr")
                .unwrap()
                .read(&picture, None)
                .unwrap();
            let linked = mfa_import::named("otpauth").unwrap();
            let linked = linked.read(code.link.as_bytes(), None).unwrap();
            assert_eq!(pictured.accounts.len(), linked.accounts.len());
            for (pictured, linked) in pictured.accounts.iter().zip(&linked.accounts) {
                assert!(pictured.secret.same_as(&linked.secret));
                assert_eq!(pictured.username, linked.username);
            }
        }
    }
}

fn json(format: &str, entries: &[Entry]) -> serde_json::Value {
    let format = mfa_export::named(format).unwrap();
    serde_json::from_slice(&format.write(entries).unwrap()).unwrap()
}

/// What the importer does not read, but the app does.
#[test]
fn the_apps_find_what_they_need() {
    let mut entries = numbered(2);
    let first = &mut entries[0].account;
    first.note = "n".into();
    first.tags = vec!["Work".into(), "Home".into()];
    let aegis = json("aegis", &entries);
    let item = &aegis["db"]["entries"][0];
    assert_eq!(
        (&aegis["version"], &aegis["db"]["version"]),
        (&1.into(), &3.into())
    );
    assert_eq!(item["uuid"], "01010101-0101-4101-8101-010101010101");
    assert_eq!(item["groups"].as_array().map(Vec::len), Some(2));
    let service = &json("2fas", &entries)["services"][1];
    assert_eq!(service["icon"]["label"]["text"], "BA");
    assert_eq!(service["order"]["position"], 1);
    let bitwarden = json("bitwarden", &entries);
    assert_eq!(bitwarden["items"][0]["notes"], "n");
    assert_eq!(bitwarden["folders"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        bitwarden["items"][0]["folderId"],
        bitwarden["folders"][0]["id"]
    );
    assert_eq!(json("andotp", &entries)[0]["thumbnail"], "Default");
    assert_eq!(
        json("proton", &entries)["entries"][1]["content"]["name"],
        "jane2"
    );
    let keepass = mfa_export::named("keepass").unwrap();
    let table = keepass.write(&entries).unwrap();
    let table = String::from_utf8(table.to_vec()).unwrap();
    assert!(
        table.contains("\"Bank\",\"jane1\",\"\",\"\",\"n\",\"otpauth://"),
        "{table}"
    );
}

/// Returns the labels of the accounts that a format leaves out.
fn left_out(format: &str, accounts: &[Account]) -> Vec<String> {
    let report = mfa_export::named(format).unwrap().report(accounts);
    report.left_out.into_iter().map(|one| one.account).collect()
}

#[test]
fn what_an_app_would_take_for_something_else_is_left_out() {
    let account = |name: &str, kind: Kind, issuer: &str, digits: u64| {
        let (algorithm, usual) = kind.fixed().unwrap_or_default();
        Account {
            name: name.into(),
            issuer: issuer.into(),
            algorithm,
            digits: Digits::new(digits).unwrap_or(usual),
            ..Account::new(AccountId::from_random([1; 16]), kind, 0)
        }
    };
    let hotp = Kind::Hotp { counter: 1 };
    let accounts = [
        account("valve", Kind::Steam, "Valve", 5),
        account("steam", Kind::Steam, "Steam", 5),
        account("nine", hotp, "Bank", 9),
        account("eight", hotp, "Bank", 8),
    ];
    assert_eq!(left_out("freeotp", &accounts), ["valve (Valve)"]);
    assert_eq!(left_out("stratum", &accounts), ["nine (Bank)"]);
    assert_eq!(left_out("2fas", &accounts), ["nine (Bank)"]);
}

#[test]
fn what_only_the_secrets_tell_is_refused() {
    let stratum = mfa_export::named("stratum").unwrap();
    let mut twice = numbered(1);
    twice.extend(numbered(1));
    let error = stratum.write(&twice).unwrap_err();
    assert!(error.to_string().contains("the same secret"), "{error}");
    let mut long = numbered(1);
    long[0].account.kind = Kind::Motp;
    let secret = Secret::from_bytes(vec![1]).unwrap();
    long[0].secret = secret.with_pin("12345").unwrap();
    let error = stratum.write(&long).unwrap_err();
    assert!(error.to_string().contains("PIN"), "{error}");
}
