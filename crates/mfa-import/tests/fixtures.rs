//! Compares real exports, entry by entry, with what other programs read from them. Without the exports, the
//! tests print so and pass.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it skips and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use mfa_core::Secret;
use mfa_core::account::Kind;
use mfa_import::{Error, Imported, detect};
use serde::Deserialize;
use serde_json::Value;

/// The formats that are not supported yet, as the table names them. The documentation of `formats` lists
/// others.
const MISSING: &[&str] = &[];

/// The format that the table describes differently, see below.
const KEEPASS: &str = "KeePassXC KDBX/XML";

/// The rows of the table that are not exports.
const NONE: &[&str] = &[
    "extract_otp_secrets printed output",
    "password for the fixtures beside it",
];

/// The number of skipped entries, by the end of the file's name, and the reason.
const SKIPPED: &[(&str, usize, &str)] = &[
    ("pass/PassExport.zip", 1, "one has a link without a secret"),
    ("ente/plain_with_hotp.txt", 1, "one was in the trash"),
    (
        "aegis-json-unencrypted-with-bad-period-digits.json",
        2,
        "0 digits, a period of 0",
    ),
    (
        "decrypted_with_hotp_and_unsupported_algorithms.2fas",
        1,
        "SHA384",
    ),
];

/// The least number of files to compare, for each format.
const COMPARED: &[(&str, usize)] = &[
    ("1password", 1),
    ("2fas", 15),
    ("aegis", 11),
    ("andotp", 2),
    ("andotp-encrypted", 5),
    ("authy", 2),
    ("battlenet", 1),
    ("bitwarden", 10),
    ("duo", 1),
    ("ente", 9),
    ("freeotp", 9),
    ("google", 3),
    ("lastpass", 3),
    ("otpauth", 4),
    ("proton", 3),
    ("proton-pass", 1),
    ("qr", 9),
    ("sqlite", 3),
    ("steam", 2),
    ("stratum", 3),
    ("totp-authenticator", 1),
    ("zip", 1),
];

/// The tags that the other programs did not read, by the end of the file's name.
const TAGGED: &[(&str, &str)] = &[("1PasswordExport.1pux", "website")];

#[derive(Deserialize)]
struct Sample {
    algo: String,
    counter: Option<u64>,
    digits: u8,
    issuer: String,
    name: String,
    period: Option<u64>,
    #[serde(default)]
    secret: String,
    r#type: String,
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    trashed: bool,
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("MFA_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        println!("skipped: no fixtures");
        return None;
    }
    Some(folder)
}

/// Checks whether an entry can be imported. Entries without a valid code are skipped.
fn is_usable(entry: &Sample) -> bool {
    !entry.trashed
        && Secret::from_base32(&entry.secret).is_ok()
        && (5..=9).contains(&entry.digits)
        && entry.period != Some(0)
        && ["SHA1", "SHA256", "SHA512", "MD5"].contains(&&*entry.algo)
}

/// Returns an entry as one line. A name without an issuer can stand for either.
fn expected(entry: &Sample) -> String {
    let secret = Secret::from_base32(&entry.secret).unwrap();
    let timed = entry.r#type == "totp";
    let numbers = (entry.digits, entry.period.filter(|_| timed), entry.counter);
    let secret = secret.to_base32();
    let names = format!("{}/{}", entry.issuer.trim(), entry.name.trim());
    let names = names.trim_matches('/');
    let note = entry.note.as_deref().unwrap_or("");
    format!(
        "{names} {} {} {numbers:?} {} {note:?} {:?}",
        entry.r#type, entry.algo, *secret, entry.tags
    )
}

fn found(account: &Imported) -> String {
    let period = match account.kind {
        Kind::Totp { period } => Some(period.get()),
        _ => None,
    };
    let numbers = (account.digits.get(), period, account.kind.counter());
    let (kind, algorithm) = (account.kind.as_str(), account.kind.hash(account.algorithm));
    let secret = account.secret.to_base32();
    let names = format!("{}/{}", account.issuer, account.username);
    let names = names.trim_matches('/');
    let note = &account.note;
    let tags = &account.tags;
    format!(
        "{names} {kind} {algorithm} {numbers:?} {} {note:?} {tags:?}",
        *secret
    )
}

/// Returns lines that can be compared. In a link, a label with a colon gives the issuer if the link has none,
/// and a leading colon is not part of the user name.
fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<_> = lines
        .map(|line| line.replacen(": ", "/", 1).replacen("/:", "/", 1))
        .collect();
    lines.sort();
    lines
}

/// A row of the table of files.
struct Row {
    name: String,
    what: String,
    password: Option<String>,
    bytes: Vec<u8>,
}

fn rows(folder: &std::path::Path) -> Vec<Row> {
    let sources = fs::read_to_string(folder.join("SOURCES.tsv")).unwrap();
    let rows = sources.lines().skip(1).map(|row| {
        let columns: Vec<_> = row.split('\t').collect();
        let file = fs::read(folder.join(columns[0]));
        Row {
            name: columns[0].to_owned(),
            what: columns[5].to_owned(),
            password: Some(columns[6].to_owned()).filter(|text| !text.is_empty()),
            bytes: file.unwrap_or_else(|error| panic!("{}: {error}", columns[0])),
        }
    });
    rows.collect()
}

/// Compares a file with its entries in the table, and returns the name of its format.
fn compare(row: &Row, entries: &[Sample]) -> &'static str {
    let (name, password) = (&row.name, row.password.as_deref().map(str::as_bytes));
    let format = detect(&row.bytes).unwrap_or_else(|| panic!("{name} is not recognised"));
    let read = format.read(&row.bytes, password);
    let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
    let usable = entries.iter().filter(|entry| is_usable(entry));
    let tag = TAGGED.iter().find(|(end, _)| name.ends_with(end));
    let tag = tag.map_or(String::new(), |(_, tag)| format!("{tag:?}"));
    let accounts = read.accounts.iter().map(found);
    let accounts = sorted(accounts.map(|line| line.replace(&tag, "")));
    assert_eq!(
        accounts,
        sorted(usable.map(expected)),
        "{name}: {:?}",
        read.skipped
    );
    // Missing parts of an export, which other pictures contain, are also listed as skipped.
    if !["qr", "google"].contains(&format.name()) {
        let skipped = SKIPPED.iter().find(|(end, ..)| name.ends_with(end));
        let skipped = skipped.map_or(0, |(_, count, _)| *count);
        assert_eq!(read.skipped.len(), skipped, "{name}: {:?}", read.skipped);
    }
    format.name()
}

/// Checks that an encrypted file cannot be read without its password, or with another one.
fn refuse_other_passwords(row: &Row) {
    let format = detect(&row.bytes).unwrap();
    // The table has passwords for some files that are not encrypted.
    if format.read(&row.bytes, None).is_ok() {
        return;
    }
    let (name, error) = (&row.name, format.read(&row.bytes, None).unwrap_err());
    assert!(matches!(error, Error::PasswordNeeded), "{name}: {error}");
    let error = format.read(&row.bytes, Some(b"another")).unwrap_err();
    assert!(matches!(error, Error::WrongPassword), "{name}: {error}");
}

#[test]
fn files_hold_what_others_found_in_them() {
    let Some(folder) = folder() else { return };
    let table = fs::read_to_string(folder.join("EXPECTED.json")).unwrap();
    let table: BTreeMap<String, Value> = serde_json::from_str(&table).unwrap();
    let mut compared = BTreeMap::new();
    for row in rows(&folder) {
        let what = row.what.as_str();
        if what == KEEPASS
            || MISSING.contains(&what)
            || NONE.contains(&what)
            || what.starts_with("NEGATIVE")
        {
            continue;
        }
        let Some(entries) = table.get(&row.name).cloned() else {
            // The table has no entries for this file, so there is nothing to compare.
            let format = detect(&row.bytes).unwrap_or_else(|| panic!("{}", row.name));
            assert!(format.read(&row.bytes, None).is_ok(), "{}", row.name);
            continue;
        };
        let entries: Vec<Sample> = serde_json::from_value(entries).unwrap();
        if entries.is_empty() {
            let format = detect(&row.bytes).unwrap_or_else(|| panic!("{}", row.name));
            let read = format.read(&row.bytes, None);
            assert!(
                read.map_or(true, |found| found.accounts.is_empty()),
                "{}",
                row.name
            );
            *compared.entry(format.name()).or_insert(0) += 1;
            continue;
        }
        let format = compare(&row, &entries);
        if row.password.is_some() {
            refuse_other_passwords(&row);
        }
        *compared.entry(format).or_insert(0) += 1;
    }
    println!("{compared:?}");
    for (format, least) in COMPARED {
        assert!(compared[format] >= *least, "{format}: {compared:?}");
    }
}

#[test]
fn files_without_accounts_are_refused() {
    let Some(folder) = folder() else { return };
    let mut refused = 0;
    for row in rows(&folder) {
        if !row.what.starts_with("NEGATIVE") {
            continue;
        }
        let name = row.name.rsplit('/').next().unwrap();
        let read = detect(&row.bytes).map(|format| format.read(&row.bytes, Some(b"123456")));
        match (name, read) {
            // The bytes could be encrypted.
            ("garbage.json.aes", Some(Err(Error::WrongPassword))) => {}
            // A text with an invalid link.
            ("test_export_wrong_data.txt", Some(Ok(found))) => {
                assert!(found.accounts.is_empty() && !found.skipped.is_empty());
            }
            // The others are not recognised.
            (_, None) => {}
            (_, read) => panic!("{name}: {read:?}"),
        }
        refused += 1;
    }
    assert!(refused >= 8);
}

#[test]
fn databases_of_keepass_are_opened() {
    let Some(folder) = folder() else { return };
    let rows = rows(&folder).into_iter().filter(|row| row.what == KEEPASS);
    let rows: Vec<_> = rows.collect();
    for row in &rows {
        let format = detect(&row.bytes).unwrap();
        assert_eq!(format.name(), "keepass", "{}", row.name);
        let found = format.read(&row.bytes, Some(b"a"));
        // The other databases contain no account.
        let with = [
            ("NewDatabase.kdbx", 1),
            ("NewDatabaseBrowser.kdbx", 1),
            ("NewDatabaseMulti.kdbx", 3),
        ];
        let known = with.iter().find(|(end, _)| row.name.ends_with(end));
        match (found, known) {
            (Ok(found), Some((_, count))) => {
                assert_eq!(found.accounts.len(), *count);
                let secret = found.accounts[0].secret.to_base32();
                let known = "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ";
                assert!(*count > 1 || *secret == known, "{}", row.name);
            }
            (Err(error), None) => {
                let nothing = "the file contains no accounts";
                assert_eq!(error.to_string(), nothing, "{}", row.name);
            }
            other => panic!("{}: {other:?}", row.name),
        }
        if row.name.ends_with(".kdbx") {
            let error = format.read(&row.bytes, Some(b"b")).unwrap_err();
            assert!(
                matches!(error, Error::WrongPassword),
                "{}: {error}",
                row.name
            );
        }
    }
    assert!(rows.len() >= 5, "{} of KeePass", rows.len());
}
