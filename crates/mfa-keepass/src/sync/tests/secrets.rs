//! Tests that no secret takes the place of another one.

use std::collections::BTreeSet;

use super::*;

/// Returns the secrets that entries of a database have in their links, also those in the recycle bin.
fn secrets(database: &Database) -> BTreeSet<Vec<u8>> {
    let entries = database.iter_all_entries();
    let links = entries.filter_map(|item| {
        let id = AccountId::from_bytes(item.id().uuid().into_bytes());
        entry::read(id, &item)
    });
    links.map(|entry| entry.secret.expose().to_vec()).collect()
}

fn of(outcome: &Outcome) -> BTreeSet<Vec<u8>> {
    let entries = entries(outcome).into_iter();
    entries
        .map(|entry| entry.secret.expose().to_vec())
        .collect()
}

fn with_secret(of: &Entry, byte: u8, modified: u64) -> Entry {
    let mut entry = mfa_core::merge::version(&of.account, &of.secret);
    entry.secret = Secret::from_bytes(vec![byte; 20]).unwrap();
    entry.account.modified = modified;
    entry
}

#[test]
fn an_entry_that_gets_another_secret_becomes_a_second_account() {
    let aws = account(1, "aws", 2000);
    let both = BTreeSet::from([vec![1; 20], vec![7; 20]]);
    for (later, what) in [(3000, "the file is later"), (1500, "the file is earlier")] {
        let mut database = crate::create();
        let first = synced(&[&aws], &Base::default(), &mut database);
        let other = with_secret(&aws, 7, later);
        entry::write(&mut database, &other);
        let second = synced(&[&aws], &first.base, &mut database);
        assert_eq!(of(&second), both, "{what}");
        assert_eq!(secrets(&database), both, "{what}");
        // A computer that has only the old one gets the other one too, and the other way round.
        for known in [&aws, &other] {
            let third = synced(&[known], &first.base, &mut database);
            assert_eq!(of(&third), both, "{what}");
        }
    }
}

#[test]
fn an_account_that_gets_another_secret_here_leaves_the_one_of_the_file() {
    let aws = account(1, "aws", 2000);
    let both = BTreeSet::from([vec![1; 20], vec![7; 20]]);
    for later in [3000, 1500] {
        let mut database = crate::create();
        let first = synced(&[&aws], &Base::default(), &mut database);
        let other = with_secret(&aws, 7, later);
        let second = synced(&[&other], &first.base, &mut database);
        assert_eq!(of(&second), both, "{later}");
        assert_eq!(secrets(&database), both, "{later}");
    }
}
