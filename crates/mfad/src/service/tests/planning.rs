//! Tests of what many accounts at once cost everybody else.

use mfa_ipc::types::Fate;

use super::imports::import;
use super::*;

/// Returns accounts with one name at one service, which differ only by their secrets.
fn alike(numbers: std::ops::Range<u32>) -> Vec<AccountChange> {
    let account = |number: u32| {
        let letter = |n: u32| char::from(b'A' + u8::try_from(number >> (4 * n) & 15).unwrap());
        let secret: String = (0..8).map(letter).collect();
        AccountChange {
            secret: Some(format!("JBSWY3DP{secret}").into()),
            name: Some("slack".into()),
            issuer: Some("Slack".into()),
            serial: Some("the same".into()),
            ..AccountChange::default()
        }
    };
    numbers.map(account).collect()
}

/// Everybody else waits while an import is being decided on. The runs alternate and the best of each are
/// compared, so that a busy machine slows both down.
#[tokio::test]
async fn four_times_the_accounts_take_four_times_as_long() {
    const FEW: u32 = 500;
    let mut best = [Duration::MAX; 2];
    let mut services = Vec::new();
    for count in [FEW, 4 * FEW] {
        let service = World::new().start();
        import(&service, alike(0..count)).await;
        services.push((service, count));
    }
    for _ in 0..5 {
        for ((service, count), best) in services.iter().zip(&mut best) {
            let batch = alike(count / 2..count + count / 2);
            let start = std::time::Instant::now();
            let results = service.plan(&us(), batch).await.unwrap();
            *best = start.elapsed().min(*best);
            let added = results.iter().filter(|result| result.fate == Fate::Added);
            assert_eq!(added.count(), *count as usize / 2);
            assert!(
                results
                    .iter()
                    .all(|result| result.name.starts_with("slack"))
            );
        }
    }
    let ratio = best[1].as_secs_f64() / best[0].as_secs_f64();
    println!("four times the accounts took {ratio:.1} times as long: {best:?}");
    assert!(ratio < 8.0, "it took {ratio:.1} times as long");
}

/// On one thread, as in the daemon, a request for a code during a dry run is answered before the run ends.
#[tokio::test]
async fn others_are_served_during_a_dry_run() {
    let (_, service) = one_account().await;
    let run = |count| {
        let service = service.clone();
        tokio::spawn(async move { service.plan(&us(), alike(0..count)).await })
    };
    let long = run(6000);
    // The service has taken up the earlier request once it answers this one.
    service.ask(&us(), Status).await.unwrap();
    for _ in 0..5 {
        code(&service, "a", Wish::default()).await.unwrap();
    }
    assert!(!long.is_finished());
    let short = run(100).await.unwrap().unwrap();
    assert_eq!(short.len(), 100);
    assert!(!long.is_finished());
    service.ask(&us(), Lock).await.unwrap();
    assert!(matches!(long.await.unwrap(), Err(Error::Locked(_))));
}

#[tokio::test]
async fn an_import_is_bounded() {
    let world = World::new();
    let service = world.start();
    let planned = service.plan(&us(), alike(0..6001)).await;
    assert!(matches!(planned, Err(Error::LimitsExceeded(_))));
    let stored = service.import(&us(), alike(0..6001)).await;
    assert!(matches!(stored, Err(Error::LimitsExceeded(_))));
}

#[tokio::test]
async fn few_dry_runs_are_under_way_at_once() {
    let world = World::new();
    let service = world.start();
    let mut runs = JoinSet::new();
    for _ in 0..12 {
        let service = service.clone();
        runs.spawn(async move { service.plan(&us(), alike(0..2000)).await });
    }
    let ended = runs.join_all().await;
    let refused = ended
        .iter()
        .filter(|run| matches!(run, Err(Error::LimitsExceeded(_))));
    assert_eq!(refused.count(), 4);
}
