//! Tests of what one asker can hold, and of what it cannot change by itself.

use super::*;

#[tokio::test]
async fn a_question_says_how_many_codes_are_wanted() {
    let (world, service) = attended().await;
    let wish = Wish {
        count: 10,
        ..Wish::default()
    };
    let ten = tokio::spawn({
        let service = service.clone();
        async move { service.codes(&us(), "a".into(), wish).await }
    });
    settle(&service).await;
    let question = world.user.questions().pop().unwrap();
    assert_eq!(question.count, 10);
    assert!(question.summary().contains("10 codes"));
    let one = begin(&service, us());
    settle(&service).await;
    assert_eq!(
        world.user.questions().len(),
        2,
        "who asks for one code did not ask for ten"
    );
    world.user.answer(Some(Answer::Once));
    one.await.unwrap().unwrap();
    assert!(!ten.is_finished());
}

#[tokio::test]
async fn few_requests_may_share_a_question() {
    let (world, service) = attended().await;
    let mut waiting: Vec<_> = (0..17).map(|_| begin(&service, us())).collect();
    settle(&service).await;
    let refused: Vec<_> = waiting.extract_if(.., |one| one.is_finished()).collect();
    assert_eq!((refused.len(), waiting.len()), (1, 16));
    for one in refused {
        let error = one.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::LimitsExceeded(_)), "{error:?}");
    }
    world.user.answer(Some(Answer::Once));
    for one in waiting {
        one.await.unwrap().unwrap();
    }
}

/// Other requests come in between, and must not put off the look at who has left.
#[tokio::test]
async fn a_question_that_nobody_waits_for_ends_however_busy_it_is() {
    let (world, service) = attended().await;
    tokio::time::pause();
    let asked = begin(&service, us());
    settle(&service).await;
    asked.abort();
    for _ in 0..5 {
        // The clock is paused, so this takes no time.
        tokio::time::sleep(Duration::from_millis(500)).await;
        service.ask(&person(), Status).await.unwrap();
    }
    assert_eq!(open(&service).await, 0);
    assert_eq!(world.user.open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_rule_to_ask_ends_what_was_granted() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::UntilLocked));
    asked.await.unwrap().unwrap();
    let rule = Rule {
        verdict: Verdict::Ask,
        subject: Subject::exactly(&us().caller.who).unwrap(),
        accounts: Accounts::All,
        seen: Files::default(),
    };
    let rule = mfa_ipc::types::AccessRule::from(&rule);
    let set = service.ask(&person(), SetRule(rule)).await;
    set.unwrap();
    drop(begin(&service, us()));
    settle(&service).await;
    assert_eq!(world.user.questions().len(), 2);
}

#[tokio::test]
async fn who_looks_each_second_does_not_fill_the_log() {
    for looks_at_one in [false, true] {
        let (world, service) = one_account().await;
        let (accounts, _) = service.ask(&us(), List).await.unwrap();
        let ids = accounts.iter().map(|account| account.id.to_string());
        let ids: Vec<_> = ids.filter(|_| looks_at_one).collect();
        world.log.0.lock().unwrap().clear();
        for _ in 0..200 {
            world.clock.pass(1);
            let seen = service.ask(&us(), Peek(ids.clone())).await.unwrap();
            assert_eq!(seen.len(), 1);
        }
        let logged = grounds(&world).len();
        assert!((1..=24).contains(&logged), "{logged} lines");
    }
}

#[tokio::test]
async fn a_tag_that_a_rule_is_for_is_changed_by_the_user_alone() {
    let (world, service) = one_account().await;
    let rule = Rule {
        verdict: Verdict::Deny,
        subject: Subject::Anybody,
        accounts: Accounts::Tag("prod".into()),
        seen: Files::default(),
    };
    *world.book.rules.lock().unwrap() = Rules::new(vec![rule]);
    drop(service);
    let service = world.start();
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let tag = |asker: &Asker, tags: &[&str]| {
        let (service, asker) = (service.clone(), asker.clone());
        let update = Update {
            asker: asker.clone(),
            id: accounts[0].id.to_string(),
            changes: AccountChange {
                tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
                ..AccountChange::default()
            },
        };
        async move { service.change(&asker, update).await }
    };
    tag(&us(), &["other"]).await.unwrap();
    let refused = tag(&us(), &["other", "prod"]).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    tag(&person(), &["prod"]).await.unwrap();
    let refused = tag(&us(), &[]).await;
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    tag(&us(), &["prod", "more"]).await.unwrap();
    tag(&person(), &[]).await.unwrap();
}

#[tokio::test]
async fn one_no_answers_the_same_question_about_other_numbers_too() {
    let (world, service) = attended().await;
    let codes = |count| {
        let service = service.clone();
        let wish = Wish {
            count,
            ..Wish::default()
        };
        tokio::spawn(async move { service.codes(&us(), "a".into(), wish).await.map(drop) })
    };
    let too_many = codes(11).await.unwrap();
    assert!(too_many.is_err(), "nobody is asked about that");
    assert_eq!(world.user.questions(), []);
    let both = [codes(1), codes(2)];
    settle(&service).await;
    assert_eq!(open(&service).await, 2);
    world.user.answer(Some(Answer::Deny));
    for one in both {
        let refused = one.await.unwrap();
        assert!(
            matches!(refused, Err(Error::AccessDenied(_))),
            "{refused:?}"
        );
    }
    assert_eq!(open(&service).await, 0);
}
