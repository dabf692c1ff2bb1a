//! Tests that an import is stored as a whole or not at all, whatever happens to keychain, disk and daemon.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test]
async fn a_keychain_that_is_full_keeps_nothing() {
    let world = World::new();
    let service = world.start();
    service.change(&us(), add(account(0))).await.unwrap();
    world.store.room.store(5, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(1..9)).await;
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
    service.change(&us(), add(account(0))).await.unwrap();
    world.store.room.store(5, Ordering::SeqCst);
    world.store.breaks.store(true, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(1..9)).await;
    assert!(matches!(failed, Err(Error::KeychainUnavailable(_))));
    assert_eq!((stored(&world), unfinished(&world)), (5, 5));
    assert_eq!(names(&service).await, ["slack"]);
    drop(service);
    // The next daemon finds them, and still cannot remove them.
    let service = world.start();
    assert_eq!(names(&service).await, ["slack"]);
    drop(service);
    world.store.room.store(0, Ordering::SeqCst);
    world.store.broken.store(false, Ordering::SeqCst);
    let service = world.start();
    assert_eq!(names(&service).await, ["slack"]);
    // Changes are made one after the other.
    service.change(&us(), add(account(20))).await.unwrap();
    assert_eq!((stored(&world), unfinished(&world)), (2, 0));
}

#[tokio::test]
async fn a_daemon_that_ends_in_between_leaves_nothing() {
    let world = World::new();
    let service = world.start();
    world.store.slow.store(true, Ordering::SeqCst);
    let importing = tokio::spawn({
        let service = service.clone();
        async move { service.import(&us(), accounts(0..3)).await }
    });
    while unfinished(&world) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.ask(&us(), Status).await.unwrap().importing, Some(0));
    // This is what a killed daemon would have left: two of three items, and the note.
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
    service.change(&us(), add(account(0))).await.unwrap();
    assert_eq!((stored(&left), unfinished(&left)), (1, 0));
}

/// Another keychain does not have the leftover items, but that proves nothing about the one that has them.
#[tokio::test]
async fn what_is_left_in_a_keychain_stays_noted_while_another_is_used() {
    let world = World::new();
    world.store.room.store(3, Ordering::SeqCst);
    world.store.breaks.store(true, Ordering::SeqCst);
    let service = world.start();
    let failed = service.import(&us(), accounts(0..9)).await;
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
    service.change(&us(), add(account(20))).await.unwrap();
    assert_eq!((stored(&world), unfinished(&world)), (1, 0));
}

#[tokio::test]
async fn another_keychain_than_yesterday_is_told() {
    let world = World::new();
    let changed = async |world: &World| {
        let service = world.start();
        names(&service).await;
        let status = service.ask(&us(), Status).await.unwrap();
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
    service.change(&us(), add(account(0))).await.unwrap();
    drop(service);
    assert_eq!(changed(&world).await, None);
    for _ in 0..2 {
        let told = changed(&empty).await;
        assert_eq!(told.as_deref(), Some("gnome-keyring"));
    }
    assert_eq!(changed(&world).await, None);
    // Once it holds accounts, it is the keychain that holds them.
    let service = empty.start();
    service.change(&us(), add(account(0))).await.unwrap();
    drop(service);
    assert!(changed(&empty).await.is_some());
    assert_eq!(changed(&empty).await, None);
}

/// It did not tell its name in time.
#[tokio::test]
async fn a_keychain_without_a_name_is_no_other_one() {
    let world = World::new();
    let service = world.start();
    service.change(&us(), add(account(0))).await.unwrap();
    drop(service);
    let nameless = World {
        keychain: crate::keychain::NAMELESS,
        ..world.clone()
    };
    for world in [&world, &nameless, &world] {
        let service = world.start();
        assert_eq!(names(&service).await.len(), 1);
        let status = service.ask(&us(), Status).await.unwrap();
        assert_eq!(status.keychain_changed_from, None);
    }
    let noted = world.journal.notes.lock().unwrap().keychain.clone();
    assert_eq!(noted.as_deref(), Some("gnome-keyring"));
}

#[tokio::test]
async fn without_a_note_nothing_is_begun_or_kept() {
    let world = World::new();
    let service = world.start();
    world.journal.broken.store(true, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(0..3)).await;
    assert!(matches!(failed, Err(Error::Failed(_))));
    assert_eq!(stored(&world), 0);
    world.journal.broken.store(false, Ordering::SeqCst);
    world.store.slow.store(true, Ordering::SeqCst);
    let importing = tokio::spawn({
        let service = service.clone();
        async move { service.import(&us(), accounts(0..3)).await }
    });
    while unfinished(&world) == 0 {
        tokio::task::yield_now().await;
    }
    // The disk is full when the note is to be crossed out. The next daemon would remove all items.
    world.journal.broken.store(true, Ordering::SeqCst);
    world.store.slow.store(false, Ordering::SeqCst);
    assert!(matches!(importing.await.unwrap(), Err(Error::Failed(_))));
    let deletes = || world.store.deletes.load(Ordering::SeqCst);
    // The items of both imports are removed once, and not again and again for a note that cannot be written.
    while deletes() < 6 {
        tokio::task::yield_now().await;
    }
    for _ in 0..200 {
        assert!(names(&service).await.is_empty());
    }
    assert_eq!(deletes(), 6);
    world.journal.broken.store(false, Ordering::SeqCst);
    service.change(&us(), add(account(0))).await.unwrap();
    assert_eq!(stored(&world), 1);
}

#[tokio::test]
async fn what_does_not_stay_was_not_stored() {
    let world = World::new();
    let service = world.start();
    world.store.forgetful.store(true, Ordering::SeqCst);
    let failed = service.import(&us(), accounts(0..3)).await;
    let Err(Error::KeychainUnavailable(text)) = failed else {
        panic!("it was taken for stored");
    };
    assert!(
        text.contains("accounts that were just stored are missing (3)"),
        "{text}"
    );
    assert!(names(&service).await.is_empty());
}

#[tokio::test]
async fn a_lock_in_between_lets_it_finish() {
    let world = World::new();
    let service = world.start();
    world.store.slow.store(true, Ordering::SeqCst);
    let importing = tokio::spawn({
        let service = service.clone();
        async move { service.import(&us(), accounts(0..3)).await }
    });
    while unfinished(&world) == 0 {
        tokio::task::yield_now().await;
    }
    service.ask(&us(), Lock).await.unwrap();
    world.store.slow.store(false, Ordering::SeqCst);
    assert_eq!(importing.await.unwrap().unwrap().len(), 3);
    service.unlock(&us()).await.unwrap();
    assert_eq!(names(&service).await.len(), 3);
    assert_eq!((stored(&world), unfinished(&world)), (3, 0));
}
