//! Reads back what is written, with the importer, and compares all fields that a format can hold.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

#[path = "readback/random.rs"]
mod random;

use mfa_core::account::{Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, Secret, site};
use mfa_export::formats::FORMATS;
use mfa_export::{Bytes, Count, Holds, Options, Report, Steam};
use mfa_import::{Found, Imported};
use proptest::prelude::*;
use random::{entries, secret};

const PASSWORD: &str = "päss word ";

/// Fields that a format holds, but that the importer does not read from it.
const UNREAD: &[(&str, &str)] = &[("paper", "name")];

fn is_read(format: &str, field: &str) -> bool {
    !UNREAD.contains(&(format, field))
}

/// Compares what the report of a format names with what the accounts have and the format cannot hold. So nothing is lost
/// silently, also of what no importer reads.
fn compare_losses(name: &str, holds: &Holds, entries: &[Entry], report: &Report) {
    let named = |what: &str| {
        let lost = report.lost.iter().filter(|lost| lost.what == what);
        lost.map(|lost| lost.accounts.len()).sum::<usize>()
    };
    let having = |has: &dyn Fn(&Account) -> bool| {
        let accounts = entries.iter().map(|entry| &entry.account);
        accounts.filter(|account| has(account)).count()
    };
    let unless = |holds: bool, count: usize| if holds { 0 } else { count };
    let serial = |account: &Account| {
        let known = mfa_core::naming::serial(&account.issuer, &account.username);
        !account.serial.is_empty() && known.is_none_or(|known| known != account.serial)
    };
    // All values of a field, or those after the first.
    let values = |held: Count, number: &dyn Fn(&Account) -> usize| match held {
        Count::None => [having(&|one| number(one) > 0), 0],
        Count::One => [0, having(&|one| number(one) > 1)],
        Count::Many => [0, 0],
    };
    let [tags, more_tags] = values(holds.tags, &|one| one.tags.len());
    let [domains, more_domains] = values(holds.domains, &|one| one.domains.len());
    let all = entries.len();
    for (what, expected) in [
        (
            "empty issuer",
            having(&|one| {
                let is_bare = one.kind == Kind::Steam && holds.steam != Steam::Whole;
                one.issuer.is_empty() && (!holds.no_issuer || is_bare)
            }),
        ),
        (
            "note",
            unless(holds.note, having(&|one| !one.note.is_empty())),
        ),
        ("pinned", unless(holds.pinned, having(&|one| one.pinned))),
        ("serial", unless(holds.rest, having(&serial))),
        (
            "fields of a newer version",
            unless(holds.rest, having(&|one| !one.more.is_empty())),
        ),
        (mfa_helper::export::TIMES, unless(holds.times, all)),
        ("tags", tags),
        ("tags after the first", more_tags),
        ("domains", domains),
        ("domains after the first", more_domains),
    ] {
        assert_eq!(named(what), expected, "{name}: {what}");
    }
}

fn accounts(entries: &[Entry]) -> Vec<Account> {
    entries.iter().map(|entry| entry.account.clone()).collect()
}

/// Returns the accounts that a format can hold, by its report.
fn kept(report: &Report, entries: &[Entry]) -> Vec<Entry> {
    let copy = |entry: &Entry| Entry {
        account: entry.account.clone(),
        secret: secret(entry.account.kind, entry.secret.expose().to_vec()),
    };
    let kept = entries.iter().zip(&report.kept).filter(|(_, kept)| **kept);
    kept.map(|(entry, _)| copy(entry)).collect()
}

fn read(format: &str, bytes: &Bytes, password: Option<&[u8]>) -> Found {
    let read = mfa_import::named(format).unwrap();
    assert!(read.detect(bytes), "{format} is not detected");
    let found = read.read(bytes, password).unwrap();
    assert!(found.skipped.is_empty(), "{format}: {:?}", found.skipped);
    found
}

/// Compares an account with the one that was read.
fn compare(name: &str, holds: &Holds, entry: &Entry, read: &Imported) {
    let account = &entry.account;
    assert_eq!(
        (read.kind, read.algorithm, read.digits),
        (account.kind, account.algorithm, account.digits),
        "{name}"
    );
    assert!(read.secret.same_as(&entry.secret), "{name}: {account:?}");
    // It is said to be lost: the name may have taken its place.
    let steam = match account.kind {
        Kind::Steam => holds.steam,
        _ => Steam::Whole,
    };
    let is_filled = !holds.no_issuer || steam != Steam::Whole;
    let has_no_issuer = account.issuer.is_empty() && is_filled;
    if !has_no_issuer {
        assert_eq!(read.issuer, account.issuer, "{name}");
    }
    if account.kind != Kind::Steam || holds.steam != Steam::IssuerOnly {
        assert_eq!(read.username, account.username, "{name}");
    }
    let tags = holds.tags.of(account.tags.len());
    if is_read(name, "tags") {
        assert_eq!(read.tags, account.tags[..tags], "{name}");
    }
    if is_read(name, "pinned") {
        assert_eq!(read.pinned, holds.pinned && account.pinned, "{name}");
    }
    if is_read(name, "note") {
        let note = if holds.note { &*account.note } else { "" };
        assert_eq!(read.note, note, "{name}");
    }
    let domains = holds.domains.of(account.domains.len());
    assert_eq!(read.domains, account.domains[..domains], "{name}");
    let has_name = holds.name && is_read(name, "name") && !has_no_issuer;
    if has_name && (account.kind != Kind::Steam || holds.steam == Steam::Whole) {
        assert_eq!(read.name, account.name, "{name}");
    }
}

fn compare_all(name: &str, holds: &Holds, entries: &[Entry], found: &Found) {
    assert_eq!(found.accounts.len(), entries.len(), "{name}");
    for (entry, read) in entries.iter().zip(&found.accounts) {
        compare(name, holds, entry, read);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_format_keeps_what_it_can_hold(entries in entries(1..25)) {
        for format in FORMATS {
            let report = format.report(&accounts(&entries));
            let kept = kept(&report, &entries);
            compare_losses(format.name(), &format.holds(), &kept, &report);
            if kept.is_empty() {
                continue;
            }
            let bytes = format.write(&kept, Options::default()).unwrap();
            let found = read(format.read_as(), &bytes, None);
            compare_all(format.name(), &format.holds(), &kept, &found);
        }
    }
}

proptest! {
    // Deriving a key takes seconds, so one case has many accounts.
    #![proptest_config(ProptestConfig::with_cases(1))]

    #[test]
    fn each_encrypted_format_keeps_what_it_can_hold(
        entries in entries(25..60)
    ) {
        for format in FORMATS {
            let Some(sealed) = format.sealed() else {
                continue;
            };
            let report = sealed.report(&accounts(&entries));
            let kept = kept(&report, &entries);
            compare_losses(format.name(), &sealed.holds(), &kept, &report);
            let bytes = sealed.seal(&kept, PASSWORD, Options::default()).unwrap();
            let found = read(format.read_as(), &bytes, Some(PASSWORD.as_bytes()));
            let name = format!("{} (encrypted)", format.name());
            compare_all(&name, &sealed.holds(), &kept, &found);
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
    let text = google.write(&entries, Options::default()).unwrap();
    let found = read("google", &text, None);
    assert_eq!(found.parts.len(), 3, "{:?}", found.parts);
    compare_all("google", &google.holds(), &entries, &found);
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
    serde_json::from_slice(&format.write(entries, Options::default()).unwrap()).unwrap()
}

/// What the importer does not read, but the app does.
#[test]
fn the_apps_find_what_they_need() {
    let mut entries = numbered(2);
    let first = &mut entries[0].account;
    first.note = "n".into();
    first.tags = vec!["Work".into(), "Home".into()];
    first.domains = site::known(["bank.example", "b.example"]);
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
    let item = &bitwarden["items"][0];
    assert_eq!(item["notes"], "n");
    let uris = item["login"]["uris"].as_array().unwrap();
    assert_eq!(
        (uris.len(), &uris[1]["uri"]),
        (2, &"https://b.example".into())
    );
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
    let table = keepass.write(&entries, Options::default()).unwrap();
    let table = String::from_utf8(table.to_vec()).unwrap();
    assert!(
        table.contains("\"jane1\",\"\",\"https://bank.example\",\"n\",\"otpauth://"),
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
    let error = stratum.write(&twice, Options::default()).unwrap_err();
    assert!(error.to_string().contains("the same secret"), "{error}");
    let mut long = numbered(1);
    long[0].account.kind = Kind::Motp;
    let secret = Secret::from_bytes(vec![1]).unwrap();
    long[0].secret = secret.with_pin("12345").unwrap();
    let error = stratum.write(&long, Options::default()).unwrap_err();
    assert!(error.to_string().contains("PIN"), "{error}");
}
