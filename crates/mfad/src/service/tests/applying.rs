//! Tests that a change of many accounts is made as a whole or not at all, whatever happens to keychain, disk and daemon.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, Secret};

use super::fakes::{History, Wrote};
use super::*;
use crate::service::change::Apply;

pub(super) type Items = BTreeMap<AccountId, String>;

pub(super) fn id(number: u8) -> AccountId {
    AccountId::from_random([number; 16])
}

pub(super) fn entry(number: u8, name: &str, counter: Option<u64>) -> Entry {
    let period = mfa_core::account::Period::default();
    let totp = Kind::Totp { period };
    let kind = counter.map_or(totp, |counter| Kind::Hotp { counter });
    Entry {
        account: Account {
            name: name.into(),
            issuer: "Acme".into(),
            username: "jane".into(),
            ..Account::new(id(number), kind, NOW)
        },
        secret: Secret::from_bytes(vec![number; 20]).unwrap(),
    }
}

/// The accounts before: one stays, one changes, one has a counter, and one is removed.
pub(super) fn before() -> Items {
    let entries = [
        entry(1, "stays", None),
        entry(2, "changes", None),
        entry(3, "counts", Some(9)),
        entry(4, "goes", None),
    ];
    texts(entries)
}

/// The change: “goes” is removed and its name given to another one, and the counter is to go back.
fn puts() -> Vec<Entry> {
    vec![
        entry(2, "changed", None),
        entry(3, "counts", Some(5)),
        entry(5, "goes", None),
    ]
}

fn after() -> Items {
    let entries = [
        entry(1, "stays", None),
        entry(2, "changed", None),
        entry(3, "counts", Some(9)),
        entry(5, "goes", None),
    ];
    texts(entries)
}

pub(super) fn texts<const N: usize>(entries: [Entry; N]) -> Items {
    let item = |entry: Entry| (entry.account.id, entry.to_text().unwrap().to_string());
    entries.into_iter().map(item).collect()
}

pub(super) fn world() -> World {
    let world = World::new();
    *world.store.items.lock().unwrap() = before();
    World {
        journal: FakeJournal {
            history: History::clone(&world.store.history),
            ..FakeJournal::default()
        },
        ..world
    }
}

fn planned(removed: BTreeSet<AccountId>, revision: u64) -> Apply {
    Apply {
        puts: puts(),
        removed,
        moved: BTreeMap::new(),
        asker: us(),
        revision,
        is_own: false,
    }
}

async fn apply(service: &Handle) -> Result<(), Error> {
    let (_, revision) = service.ask(&us(), List).await?;
    service
        .change(&us(), planned([id(4)].into(), revision))
        .await
}

/// Returns the accounts as they are served, as the texts of their items would be.
pub(super) async fn served(service: &Handle) -> Items {
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let mut items = Items::new();
    for account in accounts {
        let link = service
            .get(&us(), ask::Reveal(account.id.to_string()))
            .await;
        let secret = mfa_core::uri::parse(&link.unwrap()).unwrap().secret;
        let text = mfa_core::item::to_text(&account, &secret).unwrap();
        items.insert(account.id, text.to_string());
    }
    items
}

fn is_at_rest(world: &World) -> bool {
    let notes = world.journal.notes.lock().unwrap();
    notes.unfinished.is_empty() && notes.redo.is_empty()
}

/// Waits until all is done that nobody waits for. What has failed is done when the keychain is read again.
async fn settled(world: &World, service: &Handle) {
    service.ask(&us(), Lock).await.unwrap();
    service.unlock(&us()).await.unwrap();
    finished(service).await;
    assert!(is_at_rest(world));
}

/// Waits until the changes are made that wait now: they are made one after the other.
async fn finished(service: &Handle) {
    for _ in 0..2 {
        let added = service.change(&us(), add(fields("last", "totp"))).await;
        let added = added.unwrap().id.to_string();
        service.change(&us(), Remove(added)).await.unwrap();
    }
}

#[tokio::test]
async fn all_of_it_is_made() {
    let world = world();
    let service = world.start();
    apply(&service).await.unwrap();
    assert_eq!(served(&service).await, after());
    settled(&world, &service).await;
    assert_eq!(*world.store.items.lock().unwrap(), after());
}

#[tokio::test]
async fn a_daemon_that_is_killed_at_any_step_leaves_all_or_nothing() {
    let world = world();
    let service = world.start();
    apply(&service).await.unwrap();
    finished(&service).await;
    let mut history = world.store.history.lock().unwrap().clone();
    let is_last =
        |wrote: &Wrote| matches!(wrote, Wrote::Item(_, Some(text)) if text.contains("last"));
    let end = history.iter().position(is_last).unwrap();
    history.truncate(end);
    assert!(history.len() > 9, "{}", history.len());
    let mut is_new = Vec::new();
    for made in 0..=history.len() {
        let next = self::world();
        next.repeat(&history[..made]);
        let service = next.start();
        let found = served(&service).await;
        assert!(found == before() || found == after(), "{made}: {found:?}");
        is_new.push(found == after());
        settled(&next, &service).await;
        assert_eq!(*next.store.items.lock().unwrap(), found, "{made}");
    }
    assert!(is_new.is_sorted() && !is_new[0], "once made, it stays made");
    assert_eq!(is_new.last(), Some(&true));
}

#[tokio::test]
async fn a_keychain_that_fails_at_any_step_leaves_all_or_nothing() {
    for (lasts, lies) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut outcomes = BTreeSet::new();
        for fault in 1..14 {
            let world = world();
            let service = world.start();
            served(&service).await;
            world.store.lasts.store(lasts, Ordering::SeqCst);
            world.store.lies.store(lies, Ordering::SeqCst);
            world.store.fault.store(fault, Ordering::SeqCst);
            let result = apply(&service).await;
            let found = served(&service).await;
            assert!(found == before() || found == after(), "{fault}: {found:?}");
            outcomes.insert((result.is_ok(), found == after()));
            if result.is_ok() {
                assert_eq!(found, after());
            }
            // The keychain works again.
            world.store.fault.store(0, Ordering::SeqCst);
            settled(&world, &service).await;
            assert_eq!(served(&service).await, found);
            assert_eq!(*world.store.items.lock().unwrap(), found, "{fault}");
        }
        assert_eq!(outcomes.len(), 3, "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_disk_that_fails_at_any_step_leaves_all_or_nothing() {
    for fault in 1..5 {
        let world = world();
        let service = world.start();
        served(&service).await;
        world.journal.fault.store(fault, Ordering::SeqCst);
        let result = apply(&service).await;
        let found = served(&service).await;
        let expected = if result.is_ok() { after() } else { before() };
        assert_eq!(found, expected, "{fault}");
        assert_eq!(result.is_ok(), fault > 2);
        world.journal.fault.store(0, Ordering::SeqCst);
        settled(&world, &service).await;
        assert_eq!(*world.store.items.lock().unwrap(), found, "{fault}");
    }
}

#[tokio::test]
async fn while_it_cannot_be_completed_no_other_change_is_made() {
    let world = world();
    let service = world.start();
    served(&service).await;
    world.store.lasts.store(true, Ordering::SeqCst);
    // Three texts are stored beside the accounts, and the second account cannot be written.
    world.store.fault.store(5, Ordering::SeqCst);
    let failed = apply(&service).await.unwrap_err();
    assert!(failed.text().contains("is not complete"), "{failed}");
    assert_eq!(served(&service).await, after());
    let failed = service.change(&us(), add(fields("x", "totp"))).await;
    let failed = failed.unwrap_err();
    assert!(failed.text().contains("is not complete"), "{failed}");
    assert_eq!(
        code(&service, "changed", Wish::default())
            .await
            .unwrap()
            .len(),
        6
    );
    world.store.fault.store(0, Ordering::SeqCst);
    settled(&world, &service).await;
    assert_eq!(*world.store.items.lock().unwrap(), after());
}

#[tokio::test]
async fn a_lock_in_between_lets_it_finish() {
    let world = world();
    let service = world.start();
    served(&service).await;
    world.store.slow.store(true, Ordering::SeqCst);
    let applying = tokio::spawn({
        let service = service.clone();
        async move { apply(&service).await }
    });
    while is_at_rest(&world) {
        tokio::task::yield_now().await;
    }
    service.ask(&us(), Lock).await.unwrap();
    let unlocking = tokio::spawn({
        let service = service.clone();
        async move { service.unlock(&us()).await }
    });
    tokio::task::yield_now().await;
    world.store.slow.store(false, Ordering::SeqCst);
    unlocking.await.unwrap().unwrap();
    applying.await.unwrap().unwrap();
    assert_eq!(served(&service).await, after());
    settled(&world, &service).await;
    assert_eq!(*world.store.items.lock().unwrap(), after());
}

/// Meanwhile another program has changed an account, or a client of ours has.
#[tokio::test]
async fn a_plan_for_other_accounts_is_refused() {
    let world = world();
    let service = world.start();
    let (_, revision) = service.ask(&us(), List).await.unwrap();
    let change = || planned(BTreeSet::new(), revision);
    let clash = service.change(&us(), change()).await.unwrap_err();
    assert!(clash.text().contains("the name “goes” is taken"), "{clash}");
    let text = entry(2, "elsewhere", None).to_text().unwrap();
    let items = &world.store.items;
    items.lock().unwrap().insert(id(2), text.to_string());
    let failed = apply(&service).await.unwrap_err();
    assert!(failed.text().contains("nothing was written"), "{failed}");
    served(&service).await;
    let failed = service.change(&us(), change()).await.unwrap_err();
    assert!(failed.text().contains("nothing was written"), "{failed}");
    settled(&world, &service).await;
    let mut expected = before();
    expected.insert(id(2), text.to_string());
    assert_eq!(*world.store.items.lock().unwrap(), expected);
}
