//! Tests of codes that are only looked at.

use std::sync::atomic::Ordering;

use super::*;

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
    let id = service
        .change(&us(), add(fields("a", "totp")))
        .await
        .unwrap()
        .id
        .to_string();
    let mut signals = service.signals();
    // Nothing is noted, so this needs no disk.
    world.journal.broken.store(true, Ordering::SeqCst);
    let before = world.journal.notes.lock().unwrap().clone();
    let seen = code(&service, "a", peek()).await.unwrap();
    let all = service.ask(&us(), Peek(Vec::new())).await.unwrap();
    assert_eq!(all[&id].expose(), seen);
    let two = Wish { count: 2, ..peek() };
    let codes = service.codes(&us(), "a".into(), two).await.unwrap();
    assert_eq!(codes.iter().count(), 2);
    world.journal.broken.store(false, Ordering::SeqCst);
    assert_eq!(*world.journal.notes.lock().unwrap(), before);
    // The fresh code is the one that was seen, and the first one that is announced.
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
    assert!(
        error.text().contains("cannot be combined"),
        "{}",
        error.text()
    );
}

#[tokio::test]
async fn only_codes_that_do_not_end_by_that_are_looked_at() {
    let world = World::new();
    let service = world.start();
    let added = async |name: &str, kind: &str| {
        let added = service.change(&us(), add(fields(name, kind))).await;
        added.unwrap().id.to_string()
    };
    let first = added("a", "totp").await;
    let second = added("b", "steam").await;
    let counter = added("c", "hotp").await;
    let seen = async |ids: &[&str]| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        let codes = service.ask(&us(), Peek(ids)).await.unwrap();
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
    let refused = service.ask(&us(), Peek(too_many)).await;
    assert!(matches!(refused, Err(Error::LimitsExceeded(_))));
    let refused = service
        .ask(&from(Transport::SessionBus), Peek(Vec::new()))
        .await;
    assert!(matches!(refused, Err(Error::ConsentRequired(_))));
}

#[tokio::test]
async fn a_search_finds_what_matches_each_word() {
    let world = World::new();
    let service = world.start();
    let mut mail = String::new();
    for (name, issuer) in [
        ("aws prod", "Amazon"),
        ("aws test", "Amazon"),
        ("mail", "prod inc"),
    ] {
        let mut fields = fields(name, "totp");
        fields.issuer = Some(issuer.into());
        let stored = service.change(&us(), add(fields)).await.unwrap();
        mail = stored.id.to_string();
    }
    let pin = AccountChange {
        pinned: Some(true),
        ..AccountChange::default()
    };
    let update = Update {
        asker: us(),
        id: mail,
        changes: pin,
    };
    service.change(&us(), update).await.unwrap();
    let found = async |words: &[&str], most| {
        let words = words.iter().map(ToString::to_string).collect();
        let found = service.ask(&us(), Search { words, most }).await.unwrap();
        found
            .into_iter()
            .map(|account| account.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&["amazon", "PROD"], 9).await, ["aws prod"]);
    assert_eq!(found(&["prod"], 9).await, ["mail", "aws prod"]);
    assert_eq!(found(&["prod", "nobody"], 9).await, [""; 0]);
    assert_eq!(found(&[], 1).await, ["mail"], "the pinned one first");
    assert_eq!(found(&[], 9).await.len(), 3);
    let long = vec!["x".repeat(9999)];
    let refused = service
        .ask(
            &us(),
            Search {
                words: long,
                most: 9,
            },
        )
        .await;
    assert!(refused.is_err());
}
