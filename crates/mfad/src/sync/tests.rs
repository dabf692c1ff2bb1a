//! Tests of what is refused, and of what is asked about.

use mfa_core::account::{Kind, Period};
use mfa_core::{Account, Secret};

use super::*;

/// Returns accounts whose numbers are in a range.
fn entries(numbers: std::ops::Range<usize>) -> Vec<Entry> {
    let entry = |number: usize| {
        let mut bytes = [7; 16];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        let period = Period::default();
        Entry {
            account: Account {
                name: format!("account {number}"),
                issuer: "Acme".into(),
                ..Account::new(AccountId::from_random(bytes), Kind::Totp { period }, 7)
            },
            secret: Secret::from_bytes(bytes.to_vec()).unwrap(),
        }
    };
    numbers.map(entry).collect()
}

fn here(entries: Vec<Entry>) -> Here {
    Here {
        entries,
        unreadable: BTreeSet::new(),
        removed: BTreeMap::new(),
        store: "a store".into(),
        vault: None,
        revision: 0,
    }
}

#[test]
fn more_accounts_than_can_be_kept_in_step_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = Opened::read(&folder.path().join("mfa.kdbx"), "p", true).unwrap();
    assert!(opened.merge(&here(entries(0..2))).is_ok());
    let refused = opened.merge(&here(entries(0..MAX_ACCOUNTS + 1)));
    assert!(matches!(refused, Err(Error::TooMany)));
    for entry in entries(0..2) {
        mfa_keepass::entry::write(&mut opened.database, &entry);
    }
    // Neither side has too many, but both together have.
    let refused = opened.merge(&here(entries(2..MAX_ACCOUNTS + 1)));
    assert!(matches!(refused, Err(Error::TooMany)));
}

#[test]
fn a_file_does_not_lose_many_accounts_without_a_question() {
    for (missing, all, expected) in [
        (0, 0, false),
        (0, 5, false),
        (1, 1, true),
        (1, 2, false),
        (1, 3, false),
        (2, 5, true),
        (2, 6, false),
        (3, 100, false),
        (4, 100, true),
    ] {
        assert_eq!(is_too_many(missing, all), expected, "{missing} of {all}");
    }
}
