//! Tests of requests that are put aside.

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
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.clock.set((NOW / 30 + 1) * 30);
    assert!(one.await.unwrap().is_ok());
}
