//! Tests of requests that are put aside.

use std::sync::atomic::Ordering;

use mfa_core::access::record::{Action, Ground, Outcome};

use super::ask::{Export, Reveal};
use super::*;

/// Returns an asker whose process turns into another program on command.
pub(super) fn turncoat() -> (Asker, Program) {
    let asker = us();
    let program = Program(Arc::new(Mutex::new(asker.caller.clone())));
    let witness = Arc::new(program.clone());
    (Asker { witness, ..asker }, program)
}

impl Program {
    pub(super) fn turn(&self) {
        self.0.lock().unwrap().executable = Executable::Path("/usr/bin/other".into());
    }
}

#[tokio::test]
async fn a_program_that_turns_into_another_one_while_it_waits_gets_no_code() {
    let (world, service) = one_account().await;
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let (asker, program) = turncoat();
    let mut signals = service.signals();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.codes(&asker, "a".into(), fresh()).await }
    });
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(1)).await;
    program.turn();
    world.clock.pass(30);
    assert!(matches!(
        waiting.await.unwrap(),
        Err(Error::AccessDenied(_))
    ));
    assert!(signals.try_recv().is_err(), "no code is said to be issued");
    assert!(is_logged(&world, Action::Code, Some("a")));
}

/// Returns whether the last line of the log is about a program that has become another one.
fn is_logged(world: &World, action: Action, name: Option<&str>) -> bool {
    let log = world.log.0.lock().unwrap();
    let last = log.last().unwrap();
    (last.outcome, last.ground) == (Outcome::Refused, Ground::Changed)
        && (last.action, last.name.as_deref()) == (action, name)
}

/// The answer is there, but the program that asked for it is not any more.
#[tokio::test]
async fn what_is_refused_at_the_last_moment_is_logged() {
    let (world, service) = one_account().await;
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let id = accounts[0].id.to_string();
    let (asker, program) = turncoat();
    program.turn();
    let refused = service.codes(&asker, "a".into(), Wish::default()).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert!(is_logged(&world, Action::Code, Some("a")));
    let refused = service.get(&asker, Peek(Vec::new())).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert!(is_logged(&world, Action::Code, None));
    let refused = service.get(&asker, Reveal(id)).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert!(is_logged(&world, Action::Reveal, Some("a")));
    let refused = service.get(&asker, Export).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert!(is_logged(&world, Action::Export, None));
    // Nothing is logged of a program that stays the same.
    let lines = world.log.0.lock().unwrap().len();
    service.get(&us(), Peek(Vec::new())).await.unwrap();
    assert_eq!(world.log.0.lock().unwrap().len(), lines + 1);
    assert!(!is_logged(&world, Action::Code, None));
}

/// The program turns while its counter waits for the keychain, which works on another change.
#[tokio::test]
async fn a_counter_that_is_refused_is_logged() {
    let (world, service, _) = one_counter().await;
    let slow = &world.store.slow;
    slow.store(true, Ordering::SeqCst);
    let adding = tokio::spawn({
        let service = service.clone();
        async move { service.change(&us(), add(fields("b", "totp"))).await }
    });
    tokio::task::yield_now().await;
    let (asker, program) = turncoat();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.codes(&asker, "bank".into(), Wish::default()).await }
    });
    // The service has both in its queue once it has answered this.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    service.ask(&us(), Status).await.unwrap();
    program.turn();
    slow.store(false, Ordering::SeqCst);
    adding.await.unwrap().unwrap();
    let refused = waiting.await.unwrap();
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert!(is_logged(&world, Action::Code, Some("bank")));
}

#[tokio::test]
async fn the_same_holds_for_one_that_waits_for_the_accounts() {
    let (world, service) = one_account().await;
    service
        .change(&us(), add(fields("b", "totp")))
        .await
        .unwrap();
    drop(service);
    world
        .store
        .stuck
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let service = world.start();
    let (asker, program) = turncoat();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.ask(&asker, List).await }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), Status).await.unwrap();
    program.turn();
    world
        .store
        .stuck
        .store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(matches!(
        waiting.await.unwrap(),
        Err(Error::AccessDenied(_))
    ));
}

/// A request that is given up makes room for others, even if nothing else happens.
#[tokio::test]
async fn who_gives_up_makes_room() {
    let (world, service) = one_account().await;
    let long = Wish {
        min_remaining: 30,
        ..Wish::default()
    };
    let mut waiting = JoinSet::new();
    for _ in 0..MAX_WAITING {
        let service = service.clone();
        waiting.spawn(async move { code(&service, "a", long).await });
    }
    while waiting.len() == MAX_WAITING {
        // The service has seen all requests once it refuses one more.
        if matches!(
            code(&service, "a", Wish { timeout: 0, ..long }).await,
            Err(Error::LimitsExceeded(_))
        ) {
            break;
        }
        tokio::task::yield_now().await;
    }
    waiting.shutdown().await;
    tokio::time::pause();
    let one = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", long).await }
    });
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.clock.set((NOW / 30 + 1) * 30);
    assert!(one.await.unwrap().is_ok());
}
