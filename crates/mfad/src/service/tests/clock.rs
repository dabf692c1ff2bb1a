//! Tests of which code is handed out when the clock is set, and how long a request waits for it.

use super::*;

/// The clock is an hour ahead, and is set back; this also holds over a restart.
#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_code_twice() {
    let (world, mut service) = one_account().await;
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

/// Locking ends the wait, and asking again gets the next codes, but not without end.
#[tokio::test]
async fn one_caller_does_not_use_up_the_codes_of_the_next_hours() {
    let (world, service) = one_account().await;
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
            Ok(codes) => assert_eq!(codes.iter().count(), 10),
            Err(Error::LimitsExceeded(text)) => assert!(text.contains("try again in"), "{text}"),
            Err(error) => panic!("{error:?}"),
        }
        service.ask(&us(), Lock).await.unwrap();
        service.unlock(&us()).await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nobody_waiting() {
    let (world, service) = one_account().await;
    code(&service, "a", Wish::default()).await.unwrap();
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    // The clock is paused, so this takes no time.
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
    let slow = AccountChange {
        period: Some(3600),
        ..fields("a", "totp")
    };
    service.change(&us(), add(slow)).await.unwrap();
    code(&service, "a", Wish::default()).await.unwrap();
    let wish = Wish {
        timeout: u64::from(u32::MAX),
        ..fresh()
    };
    let error = code(&service, "a", wish).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut(_)), "{error:?}");
    assert!(
        error.text().contains("maximum is 300 seconds"),
        "{}",
        error.text()
    );
}
