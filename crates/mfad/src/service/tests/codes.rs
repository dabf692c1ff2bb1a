//! Which code is handed out, to whom, and when.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test]
async fn a_fresh_code_that_cannot_be_noted_is_not_given() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
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
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let first = code(&service, "a", fresh()).await.unwrap();
    tokio::time::pause();
    let second = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // On the paused clock, so this takes no time.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!second.is_finished(), "the clock on the wall stands still");
    world.clock.pass(30);
    assert_ne!(second.await.unwrap().unwrap(), first);
    // A restart knows what was handed out.
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
    service.add(&us(), fields("first", "totp")).await.unwrap();
    service.add(&us(), fields("second", "totp")).await.unwrap();
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
    // What could still turn out to be ambiguous waits.
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
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let bus = from(Transport::SessionBus);
    let refused = service.codes(&bus, "a".into(), Wish::default()).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    assert_eq!(service.list(&bus).await.unwrap().len(), 1);
}

#[tokio::test]
async fn everybody_hears_of_a_code_but_not_which() {
    let world = World::new();
    let service = world.start();
    let id = service.add(&us(), fields("a", "totp")).await.unwrap();
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
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
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

/// The lid was closed while a code was awaited.
#[tokio::test]
async fn a_code_whose_time_is_over_is_not_handed_out() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { service.codes(&us(), "a".into(), fresh()).await }
    });
    // On the paused clock, so this takes no time.
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.clock.pass(3600);
    let codes = waiting.await.unwrap().unwrap();
    let now = NOW + 3600;
    assert!(
        codes[0].valid_from <= now && now < codes[0].valid_until,
        "{:?}",
        codes[0]
    );
}

#[tokio::test]
async fn not_everybody_can_wait_at_once() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
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
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    // RFC 6238, appendix B, the last six digits.
    assert_eq!(
        code(&service, "a", Wish::default()).await.unwrap(),
        "081804"
    );
    world.clock.set(0);
    let error = code(&service, "a", Wish::default()).await.unwrap_err();
    assert!(error.text().contains("before 1970"));
}

/// The clock is ahead by an hour, and is set back; also over a restart.
#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_code_twice() {
    let world = World::new();
    let mut service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    let start = NOW / 30 * 30;
    let mut codes = BTreeSet::new();
    for (passed, is_new) in [
        (0, true),
        (3600, true),
        (15, false),
        (400 * 86_400, true),
        (30, true),
    ] {
        world.clock.set(start + passed);
        let at_once = Wish {
            timeout: 0,
            ..fresh()
        };
        match code(&service, "a", at_once).await {
            Ok(code) => assert!(is_new && codes.insert(code), "{passed}"),
            Err(Error::TimedOut(_)) => assert!(!is_new, "{passed}"),
            Err(error) => panic!("{error:?}"),
        }
        drop(service);
        service = world.start();
    }
}

/// Locking ends the wait, and asking again gets the next codes; but not for ever.
#[tokio::test]
async fn one_caller_does_not_use_up_the_codes_of_the_next_hours() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    for _ in 0..3 {
        let wish = Wish {
            count: 10,
            timeout: u64::from(u32::MAX),
            ..fresh()
        };
        let codes = service.codes(&us(), "a".into(), wish).await;
        let spent = world.journal.notes.lock().unwrap().ledger.clone();
        let (_, spans) = spent.iter().next().unwrap();
        let (_, until) = spans.iter().last().unwrap();
        assert!(until <= NOW + 11 * 30, "{} seconds ahead", until - NOW);
        match codes {
            Ok(codes) => assert_eq!(codes.len(), 10),
            Err(Error::LimitsExceeded(text)) => assert!(text.contains("ask again in"), "{text}"),
            Err(error) => panic!("{error:?}"),
        }
        service.lock(&us()).await.unwrap();
        service.unlock(&us()).await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nobody_waiting() {
    let world = World::new();
    let service = world.start();
    service.add(&us(), fields("a", "totp")).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // On the paused clock, so this takes no time.
    tokio::time::sleep(Duration::from_millis(1)).await;
    world.clock.set(NOW - 86_400);
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::TimedOut(_)), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(100));
}

#[tokio::test]
async fn nobody_waits_for_more_than_five_minutes() {
    let world = World::new();
    world.clock.set(NOW / 3600 * 3600 + 600);
    let service = world.start();
    let slow = mfa_ipc::types::AccountFields {
        period: Some(3600),
        ..fields("a", "totp")
    };
    service.add(&us(), slow).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    let wish = Wish {
        timeout: u64::from(u32::MAX),
        ..fresh()
    };
    let error = code(&service, "a", wish).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut(_)), "{error:?}");
    assert!(
        error.text().contains("up to 300 seconds"),
        "{}",
        error.text()
    );
}

fn peek() -> Wish {
    Wish {
        peek: true,
        ..Wish::default()
    }
}

#[tokio::test]
async fn what_is_only_looked_at_is_not_handed_out() {
    let world = World::new();
    let service = world.start();
    let id = service.add(&us(), fields("a", "totp")).await.unwrap();
    let mut signals = service.signals();
    // Nothing is noted, so this needs no disk.
    world.journal.broken.store(true, Ordering::SeqCst);
    let before = world.journal.notes.lock().unwrap().clone();
    let seen = code(&service, "a", peek()).await.unwrap();
    let all = service.peek(&us(), Vec::new()).await.unwrap();
    assert_eq!(all[&id].expose(), seen);
    let two = Wish { count: 2, ..peek() };
    let codes = service.codes(&us(), "a".into(), two).await.unwrap();
    assert_eq!(codes.len(), 2);
    world.journal.broken.store(false, Ordering::SeqCst);
    assert_eq!(*world.journal.notes.lock().unwrap(), before);
    // The fresh code is the one that was seen, and the first that anybody hears of.
    let at_once = Wish {
        timeout: 0,
        ..fresh()
    };
    assert_eq!(code(&service, "a", at_once).await.unwrap(), seen);
    assert!(matches!(
        signals.recv().await,
        Ok(Signal::CodeIssued { .. })
    ));
    assert!(signals.try_recv().is_err());
    let error = code(
        &service,
        "a",
        Wish {
            peek: true,
            ..fresh()
        },
    )
    .await
    .unwrap_err();
    assert!(error.text().contains("leave out"), "{}", error.text());
}

#[tokio::test]
async fn only_codes_that_do_not_end_by_that_are_looked_at() {
    let world = World::new();
    let service = world.start();
    let first = service.add(&us(), fields("a", "totp")).await.unwrap();
    let second = service.add(&us(), fields("b", "steam")).await.unwrap();
    let counter = service.add(&us(), fields("c", "hotp")).await.unwrap();
    let seen = async |ids: &[&str]| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        let codes = service.peek(&us(), ids).await.unwrap();
        codes.into_keys().collect::<BTreeSet<_>>()
    };
    assert_eq!(seen(&[]).await, [first.clone(), second.clone()].into());
    let some = [
        &*second,
        &counter,
        "a",
        "00000000-0000-4000-8000-000000000000",
    ];
    assert_eq!(seen(&some).await, [second].into());
    let refused = code(&service, "c", peek()).await;
    assert!(
        matches!(refused, Err(Error::NotSupported(_))),
        "{refused:?}"
    );
    assert_eq!(
        code(&service, "c", Wish::default()).await.unwrap(),
        "755224"
    );
    let too_many = vec![first; 1001];
    let refused = service.peek(&us(), too_many).await;
    assert!(matches!(refused, Err(Error::LimitsExceeded(_))));
    let refused = service.peek(&from(Transport::SessionBus), Vec::new()).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
}
