//! Tests of questions that end without an answer of their own, and of requests that get none.

use mfa_ipc::types::{AccessRule, RuleScope};

use super::*;

fn program(name: &str) -> Asker {
    asker(Who::Program {
        path: format!("/usr/bin/{name}").into(),
        script: None,
    })
}

/// Begins a request for two codes of “a”.
fn begin_two(service: &Handle, asker: Asker) -> tokio::task::JoinHandle<Result<usize, Error>> {
    let service = service.clone();
    let wish = Wish {
        count: 2,
        ..Wish::default()
    };
    tokio::spawn(async move {
        let codes = service.codes(&asker, "a".into(), wish).await?;
        Ok(codes.iter().count())
    })
}

/// Returns the same program, with a connection that it has inherited.
fn inherited() -> Asker {
    let mut inherited = us();
    inherited.caller.pid = 666;
    inherited.witness = Arc::new(Program(Arc::new(Mutex::new(inherited.caller.clone()))));
    inherited
}

/// Starts a service whose accounts stay open while the screen is locked.
async fn stays_open() -> (World, Handle) {
    let mut world = World::new();
    world.stays_open = true;
    world.user.is_there.store(true, Ordering::SeqCst);
    let service = world.start();
    let added = service.change(&us(), add(fields("a", "totp"))).await;
    assert!(added.is_ok());
    (world, service)
}

async fn tell(world: &World, service: &Handle, event: lock::Event) {
    let sender = world.session.lock().unwrap().clone().unwrap();
    let event = crate::session::Event::Happened(event, None);
    assert!(sender.send(event).await.is_ok());
    settle(service).await;
}

#[tokio::test]
async fn an_answer_that_lasts_decides_on_the_other_question_of_the_same_program() {
    for answer in [Answer::Always, Answer::UntilLocked] {
        let (world, service) = attended().await;
        let two = begin_two(&service, us());
        settle(&service).await;
        let one = begin(&service, us());
        settle(&service).await;
        assert_eq!(open(&service).await, 2);
        world.user.answer(Some(answer));
        assert_eq!(one.await.unwrap().unwrap().len(), 1);
        assert_eq!(two.await.unwrap().unwrap(), 2, "{answer:?}");
        settle(&service).await;
        assert_eq!(open(&service).await, 0);
        assert_eq!(world.user.open.load(Ordering::SeqCst), 0, "withdrawn");
    }
}

#[tokio::test]
async fn an_answer_for_one_request_decides_on_no_other_question() {
    let (world, service) = attended().await;
    let two = begin_two(&service, us());
    settle(&service).await;
    let one = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::Once));
    one.await.unwrap().unwrap();
    settle(&service).await;
    assert!(!two.is_finished());
    assert_eq!(open(&service).await, 1);
}

#[tokio::test]
async fn a_rule_that_a_person_sets_decides_on_open_questions() {
    for verdict in [Verdict::Allow, Verdict::Deny] {
        let (_world, service) = attended().await;
        let other = begin(&service, program("other"));
        let asked = begin(&service, us());
        settle(&service).await;
        assert_eq!(open(&service).await, 2);
        let scope = RuleScope {
            subject: Subject::exactly(&us().caller.who),
            account: Some("a".into()),
            tag: None,
        };
        let rule = AccessRule {
            verdict,
            scope,
            name: None,
            has_changed: false,
            is_default: false,
        };
        service.ask(&person(), SetRule(rule)).await.unwrap();
        let result = asked.await.unwrap();
        match verdict {
            Verdict::Allow => assert_eq!(result.unwrap().len(), 1),
            _ => assert!(matches!(result, Err(Error::AccessDenied(_)))),
        }
        assert!(!other.is_finished(), "the rule is not for that one");
        assert_eq!(open(&service).await, 1);
    }
}

#[tokio::test]
async fn one_program_cannot_keep_another_from_asking() {
    let (_world, service) = attended().await;
    let ids = [("b", "totp"), ("c", "totp")];
    for (name, kind) in ids {
        let added = service.change(&person(), add(fields(name, kind))).await;
        assert!(added.is_ok());
    }
    let ask = |name: &str| {
        let (service, name) = (service.clone(), name.to_owned());
        tokio::spawn(async move { service.codes(&us(), name, Wish::default()).await })
    };
    let (first, second) = (ask("a"), ask("b"));
    settle(&service).await;
    let third = ask("c").await.unwrap();
    assert!(matches!(third, Err(Error::LimitsExceeded(_))));
    let other = begin(&service, program("other"));
    settle(&service).await;
    assert_eq!(open(&service).await, 3);
    assert!(!first.is_finished() && !second.is_finished() && !other.is_finished());
}

#[tokio::test]
async fn nobody_is_asked_on_a_locked_screen() {
    let locks = [
        lock::Event::Screen(lock::Source::Gnome, true),
        lock::Event::Told(true),
    ];
    for locked in locks {
        let (world, service) = stays_open().await;
        let asked = begin(&service, us());
        settle(&service).await;
        tell(&world, &service, locked).await;
        let denied = asked.await.unwrap();
        assert!(matches!(denied, Err(Error::AccessDenied(_))), "{locked:?}");
        if locked == lock::Event::Told(true) {
            // Nobody would say that the screen is unlocked again.
            continue;
        }
        for _ in 0..2 {
            let refused = begin(&service, program("other")).await.unwrap();
            let is_told = |text: &String| text.contains("screen");
            assert!(matches!(refused, Err(Error::ConsentRequired(text)) if is_told(&text)));
            // No program can change that.
            service.unlock(&program("other")).await.unwrap();
        }
        assert_eq!(world.user.questions().len(), 1);
        begin(&service, person()).await.unwrap().unwrap();
        let unlocked = lock::Event::Screen(lock::Source::Gnome, false);
        tell(&world, &service, unlocked).await;
        drop(begin(&service, program("other")));
        settle(&service).await;
        assert_eq!(open(&service).await, 1, "{locked:?}");
    }
}

#[tokio::test]
async fn what_is_refused_because_of_a_lock_is_logged() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    service.ask(&person(), Lock).await.unwrap();
    assert!(matches!(asked.await.unwrap(), Err(Error::Locked(_))));
    let refused = begin(&service, program("other")).await.unwrap();
    assert!(matches!(refused, Err(Error::Locked(_))));
    let expected = (Action::Code, Outcome::Refused, Ground::Locked);
    assert_eq!(grounds(&world), [expected, expected]);
    let log = world.log.0.lock().unwrap();
    assert_eq!(log[1].asker, "/usr/bin/other");
}

#[tokio::test]
async fn what_is_allowed_for_a_while_does_not_hold_for_an_inherited_connection() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::UntilLocked));
    asked.await.unwrap().unwrap();
    begin(&service, us()).await.unwrap().unwrap();
    let asked = begin(&service, inherited());
    settle(&service).await;
    assert!(!asked.is_finished());
    assert_eq!(open(&service).await, 1);
}

#[tokio::test]
async fn an_inherited_connection_is_offered_no_answer_that_lasts() {
    for answer in [Answer::UntilLocked, Answer::Always, Answer::Never] {
        let (world, service) = attended().await;
        let asked = begin(&service, inherited());
        settle(&service).await;
        let question = world.user.questions().remove(0);
        assert_eq!(question.asker, "/usr/bin/test");
        assert_eq!(question.answers(), [Answer::Once, Answer::Deny]);
        let wrong = AnswerQuestion(question.id, answer);
        let refused = service.ask(&person(), wrong).await;
        assert!(
            matches!(refused, Err(Error::NotSupported(_))),
            "{refused:?}"
        );
        // What offers it all the same, allows nothing and makes no rule.
        world.user.answer(Some(answer));
        let denied = asked.await.unwrap();
        assert!(matches!(denied, Err(Error::AccessDenied(_))), "{answer:?}");
        assert!(world.book.rules.lock().unwrap().own().is_empty());
    }
    let (world, service) = attended().await;
    let asked = begin(&service, inherited());
    settle(&service).await;
    world.user.answer(Some(Answer::Once));
    asked.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_inherited_connection_shares_no_question() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    let other = begin(&service, inherited());
    settle(&service).await;
    assert_eq!(open(&service).await, 2);
    world.user.answer(Some(Answer::Deny));
    other.await.unwrap().unwrap_err();
    asked.abort();
}

#[tokio::test]
async fn who_takes_a_question_back_twice_is_refused_for_a_while() {
    let (world, service) = attended().await;
    tokio::time::pause();
    for number in 1..=2 {
        let asked = begin(&service, us());
        settle(&service).await;
        assert_eq!(world.user.questions().len(), number);
        asked.abort();
        // The clock is paused, so this takes no time.
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(open(&service).await, 0);
    }
    let refused = begin(&service, us()).await.unwrap();
    assert!(matches!(refused, Err(Error::AccessDenied(text)) if text.contains("60 s")));
    let unanswered = (Action::Code, Outcome::Refused, Ground::Unanswered);
    let silence = (Action::Code, Outcome::Refused, Ground::Silence);
    assert_eq!(grounds(&world), [unanswered, unanswered, silence]);
}

#[tokio::test]
async fn never_holds_for_a_while_even_if_it_cannot_be_stored() {
    let (world, service) = attended().await;
    world.book.broken.store(true, Ordering::SeqCst);
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::Never));
    asked.await.unwrap().unwrap_err();
    let refused = begin(&service, us()).await.unwrap();
    assert!(matches!(refused, Err(Error::AccessDenied(text)) if text.contains("60 s")));
}

#[tokio::test]
async fn a_locked_screen_ends_what_is_allowed_for_a_while() {
    let (world, service) = stays_open().await;
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::UntilLocked));
    asked.await.unwrap().unwrap();
    for locked in [true, false] {
        let event = lock::Event::Screen(lock::Source::Gnome, locked);
        tell(&world, &service, event).await;
    }
    let asked = begin(&service, us());
    settle(&service).await;
    assert!(!asked.is_finished());
    assert_eq!(world.user.questions().len(), 2);
}
