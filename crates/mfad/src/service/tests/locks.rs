//! Tests of when the accounts are locked, and what becomes of requests under way.

use std::sync::atomic::Ordering;

use super::ask::{EndLock, ToUnlock};
use super::*;
use crate::presence::Proof;

#[tokio::test]
async fn a_lock_lasts_until_it_is_undone() {
    let (world, service) = one_account().await;
    let mut signals = service.signals();
    service.ask(&us(), Lock).await.unwrap();
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
    assert!(service.public().borrow().locked);
    drop(service);
    let service = world.start();
    assert!(matches!(
        service.ask(&us(), List).await,
        Err(Error::Locked(_))
    ));
    service.unlock(&us()).await.unwrap();
    assert!(code(&service, "a", Wish::default()).await.is_ok());
    assert!(!service.public().borrow().locked);
    assert!(signals.try_recv().is_err(), "locking changes no accounts");
}

#[tokio::test]
async fn idle_accounts_lock() {
    let world = World {
        idle: Some(Duration::from_secs(600)),
        ..World::new()
    };
    let service = world.start();
    service
        .change(&us(), add(fields("a", "totp")))
        .await
        .unwrap();
    let mut public = service.public();
    tokio::time::pause();
    // Half of the time passed with the lid closed, while tokio's timers stand still.
    world.clock.pass(599);
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(!public.borrow_and_update().locked);
    world.clock.pass(1);
    public.changed().await.unwrap();
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
}

/// Starts a service with one account, “a”, which is locked after ten minutes.
async fn idling() -> (World, Handle) {
    let world = World {
        idle: Some(Duration::from_secs(600)),
        ..World::new()
    };
    let service = world.start();
    let added = service.change(&us(), add(fields("a", "totp"))).await;
    added.unwrap();
    (world, service)
}

/// The system has slept, and the timer stood still meanwhile.
#[tokio::test]
async fn a_request_that_comes_before_the_timer_finds_idle_accounts_locked() {
    for asks_first in [false, true] {
        let (world, service) = idling().await;
        world.clock.pass(599);
        code(&service, "a", Wish::default()).await.unwrap();
        world.clock.pass(601);
        if asks_first {
            let status = service.ask(&us(), Status).await.unwrap();
            assert!(status.locked && status.locked_by_user);
            assert_eq!(status.locked_because, "idle");
        }
        let locked = code(&service, "a", Wish::default()).await;
        assert!(matches!(locked, Err(Error::Locked(_))), "{locked:?}");
        assert!(world.journal.notes.lock().unwrap().locked);
        service.unlock(&us()).await.unwrap();
        code(&service, "a", Wish::default()).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_waited_while_the_system_slept_finds_idle_accounts_locked() {
    let (world, service) = idling().await;
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // The service has seen the request once it answers a later one.
    tokio::task::yield_now().await;
    service.ask(&us(), List).await.unwrap();
    world.clock.pass(601);
    let locked = waiting.await.unwrap();
    assert!(matches!(locked, Err(Error::Locked(_))), "{locked:?}");
}

/// A person may take long to answer the prompt of the keychain.
#[tokio::test]
async fn a_request_that_waited_for_the_accounts_is_served_however_long_that_took() {
    let (world, service) = idling().await;
    drop(service);
    world.store.stuck.store(true, Ordering::SeqCst);
    let service = world.start();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { names(&service).await }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), Status).await.unwrap();
    world.clock.pass(601);
    world.store.stuck.store(false, Ordering::SeqCst);
    assert_eq!(waiting.await.unwrap(), ["a"]);
}

#[tokio::test]
async fn locking_ends_waiting() {
    let (_, service) = one_account().await;
    code(&service, "a", Wish::default()).await.unwrap();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // The service has seen the request once it answers a later one.
    tokio::task::yield_now().await;
    service.ask(&us(), List).await.unwrap();
    service.ask(&us(), Lock).await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(Error::Locked(_))));
}

#[tokio::test]
async fn a_lock_that_cannot_be_noted_says_so() {
    let (world, service) = one_account().await;
    world.journal.broken.store(true, Ordering::SeqCst);
    assert!(matches!(
        service.ask(&us(), Lock).await,
        Err(Error::Failed(_))
    ));
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
}

#[tokio::test]
async fn a_write_that_a_lock_overtakes_is_answered_truly() {
    let world = World::new();
    let service = world.start();
    service.ask(&us(), List).await.unwrap();
    world.store.slow.store(true, Ordering::SeqCst);
    let adding = tokio::spawn({
        let service = service.clone();
        async move { service.change(&us(), add(fields("a", "totp"))).await }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), Status).await.unwrap();
    service.ask(&us(), Lock).await.unwrap();
    world.store.slow.store(false, Ordering::SeqCst);
    let id = adding.await.unwrap().expect("it was stored").id;
    service.unlock(&us()).await.unwrap();
    assert_eq!(service.ask(&us(), List).await.unwrap().0[0].id, id);
}

/// Without a proof, any program could undo the lock of the user.
#[tokio::test]
async fn the_lock_of_the_user_is_undone_with_a_proof_of_presence() {
    let (world, service) = one_account().await;
    service.ask(&us(), Lock).await.unwrap();
    let results = |proofs: &[Proof]| *world.presence.results.lock().unwrap() = proofs.to_vec();
    let asker = Asker {
        interactive: true,
        ..us()
    };
    results(&[Proof::Given]);
    let silent = service.unlock(&us()).await;
    assert!(matches!(silent, Err(Error::Locked(_))), "{silent:?}");
    results(&[Proof::Refused]);
    let refused = service.unlock(&asker).await;
    assert!(
        matches!(refused, Err(Error::AccessDenied(_))),
        "{refused:?}"
    );
    world.clock.pass(60);
    results(&[Proof::Busy]);
    let busy = service.unlock(&asker).await;
    assert!(matches!(busy, Err(Error::LimitsExceeded(_))), "{busy:?}");
    assert!(matches!(
        code(&service, "a", Wish::default()).await,
        Err(Error::Locked(_))
    ));
    results(&[Proof::Given]);
    service.unlock(&asker).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    // Nothing is asked about what the user did not lock.
    results(&[Proof::Refused]);
    service.unlock(&asker).await.unwrap();
}

/// A lock that is made while somebody unlocks is not undone by what was proved before.
#[tokio::test]
async fn what_was_proved_for_one_lock_undoes_no_later_one() {
    let (_world, service) = one_account().await;
    let then = service.ask(&us(), ToUnlock).await.unwrap();
    assert!(then.presence.is_none(), "nothing is locked yet");
    service.ask(&us(), Lock).await.unwrap();
    let end = service.ask(&us(), EndLock::After(then.locks, None)).await;
    assert!(matches!(end, Err(Error::Locked(_))), "{end:?}");
    let then = service.ask(&us(), ToUnlock).await.unwrap();
    assert!(then.presence.is_some());
    service
        .ask(&us(), EndLock::After(then.locks, None))
        .await
        .unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
}

/// Without a pause, a program could raise one prompt after another until the user gives in.
#[tokio::test]
async fn after_a_refused_prompt_its_asker_raises_no_other_for_a_minute() {
    let (world, service) = one_account().await;
    service.ask(&us(), Lock).await.unwrap();
    let results = |proofs: &[Proof]| *world.presence.results.lock().unwrap() = proofs.to_vec();
    let prompts = || world.presence.prompts.load(Ordering::SeqCst);
    let asker = Asker {
        interactive: true,
        ..us()
    };
    results(&[Proof::Refused]);
    let refused = service.unlock(&asker).await;
    assert!(
        matches!(refused, Err(Error::AccessDenied(_))),
        "{refused:?}"
    );
    assert_eq!(prompts(), 1);
    world.clock.pass(18);
    // What is refused in the pause does not make it longer.
    for proof in [Proof::NeedsPrompt, Proof::Refused] {
        results(&[proof]);
        let pause = service.unlock(&asker).await;
        assert!(
            matches!(&pause, Err(Error::AccessDenied(text)) if text.contains("42 s")),
            "{pause:?}"
        );
    }
    assert_eq!(prompts(), 1);
    // Others may ask, also the person whom a program has annoyed.
    results(&[Proof::Refused]);
    let mut person = asker.clone();
    person.caller.who = Who::Person;
    let refused = service.unlock(&person).await;
    assert!(
        matches!(refused, Err(Error::AccessDenied(_))),
        "{refused:?}"
    );
    assert_eq!(prompts(), 2);
    world.clock.pass(42);
    results(&[Proof::Given]);
    service.unlock(&asker).await.unwrap();
    assert_eq!(prompts(), 3);
}
