//! Tests of what becomes of the accounts of a backup.

use std::collections::BTreeMap;

use mfa_core::Secret;
use mfa_core::item::Entry;
use mfa_ipc::types::{RestoreResult, Restored};

use super::applying::{entry, id, world};
use super::*;
use crate::service::change::{Apply, Restore};
use crate::service::restore::Backup;

pub(super) fn of(accounts: Vec<Entry>) -> Backup {
    Backup {
        accounts,
        ..Backup::default()
    }
}

async fn restore(service: &Handle, backup: Vec<Entry>) -> Vec<RestoreResult> {
    let restore = Restore {
        asker: us(),
        backup: of(backup),
        replace: false,
        allow_incomplete: false,
    };
    service.change(&us(), restore).await.unwrap()
}

/// Returns the same account under another id.
fn twin(of: Entry, number: u8, modified: u64) -> Entry {
    let mut twin = of;
    twin.account.id = id(number);
    twin.account.modified = modified;
    twin
}

/// Other programs copy entries, with everything but the id.
#[tokio::test]
async fn an_account_that_is_in_a_backup_twice_does_not_become_two() {
    let world = world();
    let service = world.start();
    let before = names(&service).await;
    let mut other = twin(entry(1, "Stays", None), 21, NOW + 5);
    other.account.note = "a copy".into();
    other.account.domains = mfa_core::site::known(["bank.example"]);
    let backup = vec![other, entry(1, "stays", None)];
    let results = restore(&service, backup).await;
    let fates: Vec<_> = results.iter().map(|result| result.fate).collect();
    assert_eq!(fates, [Restored::Same, Restored::Skipped]);
    assert_eq!(
        results[1].reason.as_deref(),
        Some("it is in the backup twice, with another name, domains, note")
    );
    assert_eq!(names(&service).await, before);
    // Neither is here: the one that was edited last is added, with the counter that is right for both.
    let backup = vec![
        twin(entry(31, "new", Some(8)), 31, NOW),
        twin(entry(31, "new", Some(5)), 32, NOW + 5),
        // Somebody else's account of the same service is another one.
        twin(entry(31, "new too", Some(5)), 33, NOW),
    ];
    let results = restore(&service, backup).await;
    let fates: Vec<_> = results.iter().map(|result| result.fate).collect();
    let expected = [Restored::Added, Restored::Skipped, Restored::Added];
    assert_eq!(fates, expected);
    assert_eq!(results[0].id, Some(id(32).to_string()));
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let new = accounts.iter().find(|account| account.id == id(32));
    assert_eq!(new.unwrap().kind.counter(), Some(8));
    assert_eq!(accounts.len(), before.len() + 2);
}

/// Somebody keeps one secret under several names, and wants it so.
#[tokio::test]
async fn accounts_with_the_same_codes_and_other_names_are_all_restored() {
    let world = world();
    let service = world.start();
    let before = names(&service).await.len();
    let backup = || {
        let mut other_user = twin(entry(1, "other user", None), 24, NOW);
        other_user.account.username = "john".into();
        vec![
            // These come first, but the stored account is more like another one.
            twin(entry(1, "another", None), 21, NOW),
            other_user,
            twin(entry(1, "stays", None), 22, NOW),
            twin(entry(1, "third", None), 23, NOW),
        ]
    };
    let results = restore(&service, backup()).await;
    let fates: Vec<_> = results.iter().map(|result| result.fate).collect();
    let expected = [
        Restored::Added,
        Restored::Added,
        Restored::Same,
        Restored::Added,
    ];
    assert_eq!(fates, expected);
    assert_eq!(results[2].id, Some(id(1).to_string()));
    assert_eq!(names(&service).await.len(), before + 3);
    let again = restore(&service, backup()).await;
    assert!(again.iter().all(|result| result.fate == Restored::Same));
    // The stored ones were added again meanwhile, and one of them has another name now.
    let added_again = || {
        let mut renamed = backup();
        for (number, entry) in (31..).zip(&mut renamed) {
            entry.account.id = id(number);
        }
        renamed[0].account.name = "renamed".into();
        renamed
    };
    let results = restore(&service, added_again()).await;
    let known = results.iter().map(|result| &*result.name);
    assert_eq!(
        known.collect::<Vec<_>>(),
        ["other user", "another", "stays", "third"]
    );
    assert_eq!(names(&service).await.len(), before + 3);
}

/// The service takes no code twice, whatever a backup says.
#[tokio::test]
async fn a_counter_does_not_go_back_with_an_account_that_was_removed() {
    let world = world();
    let service = world.start();
    code(&service, "counts", Wish::default()).await.unwrap();
    let remove = Remove(id(3).to_string());
    service.change(&us(), remove).await.unwrap();
    drop(service);
    // It is remembered.
    let service = world.start();
    let results = restore(&service, vec![entry(3, "counts", Some(5))]).await;
    assert_eq!(results[0].fate, Restored::Added);
    let counter = async || {
        let (accounts, _) = service.ask(&us(), List).await.unwrap();
        let counts = accounts.iter().find(|account| account.id == id(3));
        counts.unwrap().kind.counter()
    };
    assert_eq!(counter().await, Some(10));
    // The same if another computer has removed it.
    code(&service, "counts", Wish::default()).await.unwrap();
    let (_, revision) = service.ask(&us(), List).await.unwrap();
    let removal = Apply {
        puts: Vec::new(),
        removed: [id(3)].into(),
        moved: BTreeMap::new(),
        asker: us(),
        revision,
        is_own: false,
    };
    service.change(&us(), removal).await.unwrap();
    restore(&service, vec![entry(3, "counts", Some(5))]).await;
    assert_eq!(counter().await, Some(11));
}

/// The service knows only one of two secrets, and a backup may be older than a new one.
#[tokio::test]
async fn no_secret_takes_the_place_of_another_one() {
    let world = world();
    let service = world.start();
    let current = code(&service, "stays", Wish::default()).await.unwrap();
    let mut older = entry(9, "stays", None);
    older.account.id = id(1);
    for round in 0..2 {
        let backup = vec![Entry {
            account: older.account.clone(),
            secret: Secret::from_bytes(vec![9; 20]).unwrap(),
        }];
        let restore = Restore {
            asker: us(),
            backup: of(backup),
            replace: true,
            allow_incomplete: false,
        };
        let results = service.change(&us(), restore).await.unwrap();
        // Its name differs, because that of the backup is taken.
        let expected = [Restored::Added, Restored::Replaced][round];
        assert_eq!(results[0].fate, expected);
        assert_ne!(results[0].id, Some(id(1).to_string()));
        assert_eq!(results[0].name, "stays-2");
        assert_eq!(names(&service).await.len(), 5);
    }
    let again = code(&service, "stays", Wish::default()).await.unwrap();
    assert_eq!(again, current);
    assert_ne!(
        code(&service, "stays-2", Wish::default()).await.unwrap(),
        current
    );
}
