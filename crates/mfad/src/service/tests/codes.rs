//! Tests of which code is handed out, to which program, and when.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test]
async fn a_fresh_code_that_cannot_be_noted_is_not_given() {
    let (world, service) = one_account().await;
    world.journal.broken.store(true, Ordering::SeqCst);
    assert!(matches!(
        code(&service, "a", fresh()).await,
        Err(Error::Failed(_))
    ));
    assert!(
        code(&service, "a", Wish::default()).await.is_ok(),
        "a plain one is better than none"
    );
}

#[tokio::test]
async fn a_fresh_code_waits_for_its_step() {
    let (world, service) = one_account().await;
    let first = code(&service, "a", fresh()).await.unwrap();
    tokio::time::pause();
    let second = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!second.is_finished(), "the clock on the wall stands still");
    world.clock.pass(30);
    assert_ne!(second.await.unwrap().unwrap(), first);
    // A restarted daemon knows what was handed out.
    tokio::time::resume();
    drop(service);
    let service = world.start();
    let wish = Wish {
        timeout: 0,
        ..fresh()
    };
    assert!(matches!(
        code(&service, "a", wish).await,
        Err(Error::TimedOut(_))
    ));
}

#[tokio::test]
async fn a_known_account_is_served_while_others_are_read() {
    let world = World::new();
    let service = world.start();
    service
        .change(&us(), add(fields("first", "totp")))
        .await
        .unwrap();
    service
        .change(&us(), add(fields("second", "totp")))
        .await
        .unwrap();
    drop(service);
    let known = world
        .store
        .items
        .lock()
        .unwrap()
        .values()
        .next()
        .unwrap()
        .clone();
    let known = if known.contains("\"first\"") {
        "first"
    } else {
        "second"
    };
    world.store.stuck.store(true, Ordering::SeqCst);
    let service = world.start();
    assert!(code(&service, known, Wish::default()).await.is_ok());
    // A query that could still turn out to be ambiguous waits.
    let part = tokio::spawn({
        let service = service.clone();
        let part = known[1..].to_owned();
        async move { code(&service, &part, Wish::default()).await }
    });
    assert!(code(&service, known, Wish::default()).await.is_ok());
    assert!(!part.is_finished());
    world.store.stuck.store(false, Ordering::SeqCst);
    assert!(part.await.unwrap().is_ok());
}

#[tokio::test]
async fn codes_are_refused_on_the_session_bus() {
    let (_, service) = one_account().await;
    let bus = from(Transport::SessionBus);
    let refused = service.codes(&bus, "a".into(), Wish::default()).await;
    assert!(matches!(refused, Err(Error::ConsentRequired(_))));
    assert_eq!(service.ask(&bus, List).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn everybody_hears_of_a_code_but_not_which() {
    let world = World::new();
    let service = world.start();
    let id = service
        .change(&us(), add(fields("a", "totp")))
        .await
        .unwrap()
        .id
        .to_string();
    let mut signals = service.signals();
    code(&service, "a", Wish::default()).await.unwrap();
    let issued = Signal::CodeIssued {
        account: id,
        application: "test".into(),
    };
    assert_eq!(signals.recv().await.unwrap(), issued);
}

#[tokio::test]
async fn too_much_is_refused() {
    let (_, service) = one_account().await;
    for wish in [
        Wish {
            count: 0,
            ..Wish::default()
        },
        Wish {
            count: 11,
            ..Wish::default()
        },
        Wish {
            min_remaining: 31,
            ..Wish::default()
        },
    ] {
        assert!(matches!(
            code(&service, "a", wish).await,
            Err(Error::LimitsExceeded(_))
        ));
    }
    let long = service
        .codes(&us(), "a".repeat(1000), Wish::default())
        .await;
    assert!(matches!(long, Err(Error::LimitsExceeded(_))));
}

/// The lid was closed while a request waited for a code.
#[tokio::test]
async fn a_code_whose_time_is_over_is_not_handed_out() {
    let (world, service) = one_account().await;
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.codes(&us(), "a".into(), fresh()).await }
    });
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.clock.pass(3600);
    let codes = waiting.await.unwrap().unwrap();
    let now = NOW + 3600;
    let code = codes.first;
    assert!(code.valid_from <= now && now < code.valid_until, "{code:?}");
}

#[tokio::test]
async fn not_everybody_can_wait_at_once() {
    let (_, service) = one_account().await;
    let long = Wish {
        min_remaining: 30,
        ..Wish::default()
    };
    let mut waiting = JoinSet::new();
    for _ in 0..MAX_WAITING + 10 {
        let service = service.clone();
        waiting.spawn(async move { code(&service, "a", long).await });
    }
    let mut refused = 0;
    while refused < 10 {
        let ended = waiting.join_next().await.unwrap().unwrap();
        assert!(matches!(ended, Err(Error::LimitsExceeded(_))));
        refused += 1;
    }
    assert_eq!(waiting.len(), MAX_WAITING);
}

#[tokio::test]
async fn a_code_is_that_of_the_clock() {
    let (world, service) = one_account().await;
    // The last six digits of the value in RFC 6238, appendix B.
    assert_eq!(
        code(&service, "a", Wish::default()).await.unwrap(),
        "081804"
    );
    world.clock.set(0);
    let error = code(&service, "a", Wish::default()).await.unwrap_err();
    assert!(error.text().contains("before 1970"));
}
