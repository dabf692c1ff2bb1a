//! Real exports, compared entry by entry with what others found in them. Where there are none, say
//! so and pass.

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
use mfa_import::{Imported, detect};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Entry {
    algo: String,
    counter: Option<u64>,
    digits: u8,
    issuer: String,
    name: String,
    period: Option<u64>,
    secret: String,
    r#type: String,
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

/// What an entry is, in one line; a name without an issuer may be either.
fn expected(entry: &Entry) -> String {
    let secret = Secret::from_base32(&entry.secret).unwrap();
    let timed = entry.r#type == "totp";
    let numbers = (entry.digits, entry.period.filter(|_| timed), entry.counter);
    let secret = secret.to_base32();
    let names = format!("{}/{}", entry.issuer.trim(), entry.name.trim());
    let names = names.trim_matches('/');
    format!(
        "{names} {} {} {numbers:?} {}",
        entry.r#type, entry.algo, *secret
    )
}

fn found(account: &Imported) -> String {
    let period = match account.kind {
        Kind::Totp { period } => Some(period.get()),
        Kind::Hotp { .. } | Kind::Steam => None,
    };
    let numbers = (account.digits.get(), period, account.kind.counter());
    let (kind, algorithm) = (account.kind.as_str(), account.algorithm.as_str());
    let secret = account.secret.to_base32();
    let names = format!("{}/{}", account.issuer, account.username);
    let names = names.trim_matches('/');
    format!("{names} {kind} {algorithm} {numbers:?} {}", *secret)
}

/// The accounts of a row of the table, or nothing where nobody looked.
fn known(table: &BTreeMap<String, Value>, name: &str, what: &str) -> Option<Vec<String>> {
    let entries = match table.get(name) {
        Some(entries) => entries.clone(),
        None if what.starts_with("NEGATIVE") => json!([]),
        None => return None,
    };
    let entries: Vec<Entry> = serde_json::from_value(entries).unwrap();
    Some(sorted(entries.iter().map(expected)))
}

/// Lines that can be compared. A label with a colon and no issuer has one in a link, as we read it.
fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<_> = lines.map(|line| line.replacen(": ", "/", 1)).collect();
    lines.sort();
    lines
}

#[test]
fn pictures_and_links_hold_what_others_found_in_them() {
    let Some(folder) = folder() else { return };
    let table = fs::read_to_string(folder.join("EXPECTED.json")).unwrap();
    let table = serde_json::from_str(&table).unwrap();
    let sources = fs::read_to_string(folder.join("SOURCES.tsv")).unwrap();
    let mut compared = BTreeMap::new();
    for row in sources.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let (name, what) = (columns[0], columns[5]);
        let Ok(bytes) = fs::read(folder.join(name)) else {
            continue;
        };
        let Some(format) = detect(&bytes) else {
            continue;
        };
        let Some(expected) = known(&table, name, what) else {
            continue;
        };
        let read = format.read(&bytes, None);
        let accounts = read.as_ref().map_or(&[][..], |found| &found.accounts);
        assert_eq!(
            sorted(accounts.iter().map(found)),
            expected,
            "{name}: {:?}",
            read.err()
        );
        *compared.entry(format.name()).or_insert(0) += 1;
    }
    println!("{compared:?}");
    for (format, least) in [("qr", 9), ("google", 4), ("otpauth", 11)] {
        assert!(compared[format] >= least, "{format}: {compared:?}");
    }
}
