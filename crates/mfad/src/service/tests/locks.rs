//! When the vault closes, and what becomes of what is under way.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test]
async fn a_lock_lasts_until_it_is_undone() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let mut signals = service.signals();
    service.lock(&us()).await.unwrap();
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
    assert!(service.public().borrow().locked);
    drop(service);
    let service = world.start();
    assert!(matches!(service.list(&us()).await, Err(Error::Locked(_))));
    service.unlock(&us()).await.unwrap();
    assert!(code(&service, "a", Wish::default()).await.is_ok());
    assert!(!service.public().borrow().locked);
    assert!(signals.try_recv().is_err(), "locking changes no accounts");
}

#[tokio::test]
async fn an_idle_vault_locks() {
    let world = World {
        idle: Some(Duration::from_secs(600)),
        ..World::new()
    };
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let mut public = service.public();
    tokio::time::pause();
    // Half of it passed with the lid closed, where tokio's timers stand still.
    world.clock.pass(599);
    // On the paused clock, so this takes no time.
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(!public.borrow_and_update().locked);
    world.clock.pass(1);
    public.changed().await.unwrap();
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
}

#[tokio::test]
async fn locking_ends_waiting() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // The service has seen the request once it answers a later one.
    tokio::task::yield_now().await;
    service.list(&us()).await.unwrap();
    service.lock(&us()).await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(Error::Locked(_))));
}

#[tokio::test]
async fn a_lock_that_cannot_be_noted_says_so() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    world.journal.broken.store(true, Ordering::SeqCst);
    assert!(matches!(service.lock(&us()).await, Err(Error::Failed(_))));
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
}

#[tokio::test]
async fn a_write_that_a_lock_overtakes_is_answered_truly() {
    let world = World::new();
    let service = world.start();
    service.list(&us()).await.unwrap();
    world.store.slow.store(true, Ordering::SeqCst);
    let adding = tokio::spawn({
        let service = service.clone();
        async move { service.add(&us(), fields("a", "totp")).await }
    });
    tokio::task::yield_now().await;
    service.status(&us()).await.unwrap();
    service.lock(&us()).await.unwrap();
    world.store.slow.store(false, Ordering::SeqCst);
    let id = adding.await.unwrap().expect("it was stored");
    service.unlock(&us()).await.unwrap();
    assert_eq!(service.list(&us()).await.unwrap()[0].id, id);
}
