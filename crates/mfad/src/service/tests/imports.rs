//! An import is stored as a whole or not at all, whatever happens to keychain, disk and daemon.

use std::sync::atomic::Ordering;

use mfa_ipc::types::{AccountFields, Fate, ImportResult};

use super::*;

/// The secret of a number: each has another.
fn secret(number: u32) -> String {
    let letter = |shift: u32| char::from(b'A' + u8::try_from(number >> shift & 15).unwrap());
    format!("JBSWY3DPEHPK3P{}{}", letter(4), letter(0))
}

fn account(number: u32) -> AccountFields {
    AccountFields {
        secret: Some(secret(number).into()),
        issuer: Some("Slack".into()),
        username: Some(format!("user{number}")),
        ..AccountFields::default()
    }
}

fn accounts(numbers: std::ops::Range<u32>) -> Vec<AccountFields> {
    numbers.map(account).collect()
}

pub(super) async fn import(service: &Handle, accounts: Vec<AccountFields>) -> Vec<ImportResult> {
    service.import(&us(), accounts, false).await.unwrap()
}

async fn names(service: &Handle) -> Vec<String> {
    let accounts = service.list(&us()).await.unwrap();
    accounts.into_iter().map(|account| account.name).collect()
}

fn stored(world: &World) -> usize {
    world.store.items.lock().unwrap().len()
}

fn unfinished(world: &World) -> usize {
    let notes = world.journal.notes.lock().unwrap();
    notes.unfinished.values().map(BTreeSet::len).sum()
}

#[tokio::test]
async fn what_becomes_of_each_is_said_before_and_after() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), account(0)).await.unwrap();
    let batch = || {
        let other = || AccountFields {
            username: Some("USER0".into()),
            ..account(1)
        };
        let bad = AccountFields {
            secret: Some("0".to_owned().into()),
            ..account(2)
        };
        // The same secret at another service: its name is not to be lost.
        let elsewhere = AccountFields {
            issuer: Some("Elsewhere".into()),
            ..account(1)
        };
        vec![account(0), other(), elsewhere, other(), bad, account(3)]
    };
    let planned = service.import(&us(), batch(), true).await.unwrap();
    assert_eq!(stored(&world), 1);
    let new = |result: &&ImportResult| result.id.is_none();
    assert_eq!(planned.iter().filter(new).count(), 5);
    let mut done = import(&service, batch()).await;
    assert_eq!(stored(&world), 4);
    assert!(done[1].id.is_some() && done[5].id.is_some());
    done[1..].iter_mut().for_each(|result| result.id = None);
    assert_eq!(done, planned);
    let told: Vec<_> = done
        .iter()
        .map(|r| (r.fate, &*r.name, r.clash.as_deref()))
        .collect();
    let expected = [
        (Fate::Present, "slack", None),
        (Fate::Added, "slack-user0", Some("slack")),
        (Fate::Added, "elsewhere", None),
        (Fate::Present, "slack-user0", None),
        (Fate::Skipped, "", None),
        (Fate::Added, "slack-user3", None),
    ];
    assert_eq!(told, expected);
    let reason = done[4].reason.as_deref().unwrap();
    assert!(reason.contains("not base32"), "{reason}");
    let again = import(&service, batch()).await;
    assert!(again.iter().all(|result| result.fate != Fate::Added));
}

#[tokio::test]
async fn other_parameters_make_another_account_and_a_counter_does_not() {
    let world = World::new();
    let service = world.start();
    let counted = |counter| AccountFields {
        kind: Some("hotp".into()),
        counter: Some(counter),
        ..account(1)
    };
    let eight = AccountFields {
        digits: Some(8),
        ..account(1)
    };
    let done = import(&service, vec![account(1), eight, counted(7), counted(9)]).await;
    let fates: Vec<_> = done.iter().map(|result| result.fate).collect();
    assert_eq!(
        fates,
        [Fate::Added, Fate::Added, Fate::Added, Fate::Present]
    );
    let accounts = service.list(&us()).await.unwrap();
    let counters: Vec<_> = accounts.iter().filter_map(|a| a.counter).collect();
    assert_eq!(counters, [7]);
}

#[tokio::test]
async fn names_of_other_apps_are_made_to_fit() {
    let world = World::new();
    let service = world.start();
    let named = |number, name: &str| AccountFields {
        name: Some(name.into()),
        note: Some("a\r\nb".repeat(200)),
        tags: Some(vec!["x".repeat(99); 20]),
        ..account(number)
    };
    let long = "n".repeat(80);
    let batch = vec![
        named(1, "My bank"),
        named(2, "my BANK"),
        named(3, "otpauth://totp/a"),
        named(4, &long),
        named(5, "a\u{202e}\nb"),
    ];
    let done = import(&service, batch).await;
    let told: Vec<_> = done.iter().map(|result| &*result.name).collect();
    let cut = format!("{}…", "n".repeat(63));
    assert_eq!(told, ["My bank", "my BANK-2", "slack", &cut, "a b"]);
    assert_eq!(done[1].clash.as_deref(), Some("My bank"));
    let remarks: Vec<_> = done.iter().map(|result| result.reason.as_deref()).collect();
    let remark = Some("its name was cut to 64 characters");
    assert_eq!(remarks, [None, None, None, remark, None]);
}

#[tokio::test]
async fn a_serial_that_aws_tells_is_kept_by_the_first() {
    let world = World::new();
    let service = world.start();
    let aws = |number, username: &str| AccountFields {
        issuer: Some("Amazon Web Services".into()),
        username: Some(username.into()),
        ..account(number)
    };
    let batch = vec![
        aws(1, "jane@123456789012"),
        aws(2, "jane@123456789012"),
        aws(3, "jane@acme"),
    ];
    let done = import(&service, batch).await;
    let told: Vec<_> = done.iter().map(|result| &*result.name).collect();
    assert_eq!(told, ["aws", "aws-123456789012", "aws-acme"]);
    let accounts = service.list(&us()).await.unwrap();
    let serials: Vec<_> = accounts.iter().map(|account| &*account.serial).collect();
    assert_eq!(serials, ["arn:aws:iam::123456789012:mfa/jane", "", ""]);
}

#[tokio::test]
async fn a_keychain_that_is_full_keeps_nothing() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), account(0)).await.unwrap();
    world.store.room.store(5, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(1..9), false).await;
    assert!(matches!(failed, Err(Error::KeychainUnavailable(_))));
    assert_eq!((stored(&world), unfinished(&world)), (1, 0));
    assert_eq!(names(&service).await, ["slack"]);
    world.store.room.store(0, Ordering::SeqCst);
    assert_eq!(import(&service, accounts(1..9)).await.len(), 8);
    assert_eq!((stored(&world), unfinished(&world)), (9, 0));
}

#[tokio::test]
async fn what_cannot_be_removed_is_removed_later_and_never_served() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), account(0)).await.unwrap();
    world.store.room.store(5, Ordering::SeqCst);
    world.store.breaks.store(true, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(1..9), false).await;
    assert!(matches!(failed, Err(Error::KeychainUnavailable(_))));
    assert_eq!((stored(&world), unfinished(&world)), (5, 5));
    assert_eq!(names(&service).await, ["slack"]);
    drop(service);
    // The next one finds them, and still cannot remove them.
    let service = world.start();
    assert_eq!(names(&service).await, ["slack"]);
    drop(service);
    world.store.room.store(0, Ordering::SeqCst);
    world.store.broken.store(false, Ordering::SeqCst);
    let service = world.start();
    assert_eq!(names(&service).await, ["slack"]);
    // Writes are done one after the other.
    service.add(&us(), account(20)).await.unwrap();
    assert_eq!((stored(&world), unfinished(&world)), (2, 0));
}

#[tokio::test]
async fn a_daemon_that_ends_in_between_leaves_nothing() {
    let world = World::new();
    let service = world.start();
    world.store.slow.store(true, Ordering::SeqCst);
    let importing = tokio::spawn({
        let service = service.clone();
        async move { service.import(&us(), accounts(0..3), false).await }
    });
    while unfinished(&world) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.status(&us()).await.unwrap().importing, Some(0));
    // What a killed one would have left: two of three, and the note.
    let left = World::new();
    let ids = world.journal.notes.lock().unwrap().unfinished.clone();
    left.journal
        .notes
        .lock()
        .unwrap()
        .unfinished
        .clone_from(&ids);
    world.store.slow.store(false, Ordering::SeqCst);
    importing.await.unwrap().unwrap();
    let items = world.store.items.lock().unwrap().clone();
    left.store
        .items
        .lock()
        .unwrap()
        .extend(items.into_iter().take(2));
    let service = left.start();
    assert!(names(&service).await.is_empty());
    service.add(&us(), account(0)).await.unwrap();
    assert_eq!((stored(&left), unfinished(&left)), (1, 0));
}

/// Another keychain does not have what is left, which says nothing of the one that has.
#[tokio::test]
async fn what_is_left_in_a_keychain_stays_noted_while_another_is_used() {
    let world = World::new();
    world.store.room.store(3, Ordering::SeqCst);
    world.store.breaks.store(true, Ordering::SeqCst);
    let service = world.start();
    let failed = service.import(&us(), accounts(0..9), false).await;
    assert!(matches!(failed, Err(Error::KeychainUnavailable(_))));
    drop(service);
    assert_eq!((stored(&world), unfinished(&world)), (3, 4));

    let other = World {
        store: FakeStore::default(),
        keychain: "/home/jane/vault.kdbx",
        ..world.clone()
    };
    let service = other.start();
    assert!(names(&service).await.is_empty());
    assert_eq!(import(&service, accounts(0..2)).await.len(), 2);
    assert_eq!((stored(&other), unfinished(&other)), (2, 4));
    drop(service);

    world.store.room.store(0, Ordering::SeqCst);
    world.store.broken.store(false, Ordering::SeqCst);
    let service = world.start();
    assert!(names(&service).await.is_empty(), "what is left is served");
    service.add(&us(), account(20)).await.unwrap();
    assert_eq!((stored(&world), unfinished(&world)), (1, 0));
}

#[tokio::test]
async fn another_keychain_than_yesterday_is_told() {
    let world = World::new();
    let changed = async |world: &World| {
        let service = world.start();
        names(&service).await;
        let status = service.status(&us()).await.unwrap();
        status.keychain_changed_from
    };
    let empty = World {
        store: FakeStore::default(),
        keychain: "KWallet",
        ..world.clone()
    };
    assert_eq!(
        changed(&empty).await,
        None,
        "there were no accounts anywhere"
    );
    let service = world.start();
    service.add(&us(), account(0)).await.unwrap();
    drop(service);
    assert_eq!(changed(&world).await, None);
    for _ in 0..2 {
        let told = changed(&empty).await;
        assert_eq!(told.as_deref(), Some("gnome-keyring"));
    }
    assert_eq!(changed(&world).await, None);
    // Accounts there make it the one where they are.
    let service = empty.start();
    service.add(&us(), account(0)).await.unwrap();
    drop(service);
    assert!(changed(&empty).await.is_some());
    assert_eq!(changed(&empty).await, None);
}

#[tokio::test]
async fn without_a_note_nothing_is_begun_or_kept() {
    let world = World::new();
    let service = world.start();
    world.journal.broken.store(true, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(0..3), false).await;
    assert!(matches!(failed, Err(Error::Failed(_))));
    assert_eq!(stored(&world), 0);
    world.journal.broken.store(false, Ordering::SeqCst);
    world.store.slow.store(true, Ordering::SeqCst);
    let importing = tokio::spawn({
        let service = service.clone();
        async move { service.import(&us(), accounts(0..3), false).await }
    });
    while unfinished(&world) == 0 {
        tokio::task::yield_now().await;
    }
    // The disk is full when the note is to be crossed out: the next daemon would remove them all.
    world.journal.broken.store(true, Ordering::SeqCst);
    world.store.slow.store(false, Ordering::SeqCst);
    assert!(matches!(importing.await.unwrap(), Err(Error::Failed(_))));
    assert!(names(&service).await.is_empty());
    world.journal.broken.store(false, Ordering::SeqCst);
    service.add(&us(), account(0)).await.unwrap();
    assert_eq!(stored(&world), 1);
}

#[tokio::test]
async fn what_does_not_stay_was_not_stored() {
    let world = World::new();
    let service = world.start();
    world.store.forgetful.store(true, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(0..3), false).await;
    let Err(Error::KeychainUnavailable(text)) = failed else {
        panic!("it was taken for stored");
    };
    assert!(text.contains("3 did not stay"), "{text}");
    assert!(names(&service).await.is_empty());
}

#[tokio::test]
async fn a_lock_in_between_lets_it_finish() {
    let world = World::new();
    let service = world.start();
    world.store.slow.store(true, Ordering::SeqCst);
    let importing = tokio::spawn({
        let service = service.clone();
        async move { service.import(&us(), accounts(0..3), false).await }
    });
    while unfinished(&world) == 0 {
        tokio::task::yield_now().await;
    }
    service.lock(&us()).await.unwrap();
    world.store.slow.store(false, Ordering::SeqCst);
    assert_eq!(importing.await.unwrap().unwrap().len(), 3);
    service.unlock(&us()).await.unwrap();
    assert_eq!(names(&service).await.len(), 3);
    assert_eq!((stored(&world), unfinished(&world)), (3, 0));
}
