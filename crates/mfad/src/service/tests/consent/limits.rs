//! Tests of what is allowed without a question, and of what is always asked about.

use super::*;

#[tokio::test]
async fn where_nobody_can_be_asked_the_private_connection_is_served_and_the_bus_is_not() {
    let (world, service) = one_account().await;
    world.log.0.lock().unwrap().clear();
    begin(&service, us()).await.unwrap().unwrap();
    let bus = begin(&service, from(Transport::SessionBus)).await.unwrap();
    assert!(matches!(bus, Err(Error::ConsentRequired(_))));
    assert_eq!(
        grounds(&world),
        [
            (Action::Code, Outcome::Allowed, Ground::Unattended),
            (Action::Code, Outcome::Refused, Ground::Unattended),
        ]
    );
    drop(service);
    let world = World {
        policy: access::Policy {
            unattended: Unattended::Deny,
            ..world.policy
        },
        ..world
    };
    let service = world.start();
    let denied = begin(&service, us()).await.unwrap();
    assert!(matches!(denied, Err(Error::ConsentRequired(_))));
    begin(&service, person()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_permits_no_question_is_answered_at_once() {
    let (world, service) = attended().await;
    let silent = Asker {
        may_be_asked_about: false,
        ..us()
    };
    let refused = begin(&service, silent).await.unwrap();
    assert!(matches!(refused, Err(Error::ConsentRequired(_))));
    assert_eq!(world.user.questions(), []);
}

#[tokio::test]
async fn secrets_are_asked_about_each_time() {
    let (world, service) = attended().await;
    let rule = Rule {
        verdict: Verdict::Allow,
        subject: Subject::exactly(&us().caller.who).unwrap(),
        accounts: Accounts::All,
        seen: Files::default(),
    };
    *world.book.rules.lock().unwrap() = Rules::new(vec![rule]);
    drop(service);
    let service = world.start();
    begin(&service, us()).await.unwrap().unwrap();
    let exported = tokio::spawn({
        let service = service.clone();
        async move { service.ask(&us(), Export).await.map(|all| all.len()) }
    });
    settle(&service).await;
    let question = world.user.questions().pop().unwrap();
    assert_eq!((question.usage, &question.account), (Use::Secret, &None));
    assert_eq!(question.answers(), [Answer::Once, Answer::Deny]);
    world.user.answer(Some(Answer::Always));
    let refused = exported.await.unwrap();
    assert!(refused.is_err(), "always is no answer to that: {refused:?}");
    world.clock.pass(60);
    let id = {
        let (accounts, _) = service.ask(&person(), List).await.unwrap();
        accounts[0].id.to_string()
    };
    let revealed = tokio::spawn({
        let (service, id) = (service.clone(), id.clone());
        async move { service.ask(&us(), Reveal(id)).await }
    });
    settle(&service).await;
    world.user.answer(Some(Answer::Once));
    assert!(revealed.await.unwrap().unwrap().contains(SECRET));
    service.ask(&person(), Reveal(id)).await.unwrap();
    assert_eq!(world.user.questions().len(), 2, "a person is not asked");
}

#[tokio::test]
async fn a_rule_holds_only_for_the_very_program() {
    let program = |path: &str, script: Option<&str>| Who::Program {
        path: path.into(),
        script: script.map(str::to_owned),
    };
    let allow = |who: &Who, seen| Rule {
        verdict: Verdict::Allow,
        subject: Subject::exactly(who).unwrap(),
        accounts: Accounts::All,
        seen: Files {
            executable: Some(seen),
            script: Some(seen),
        },
    };
    let then = Seen {
        size: 1,
        modified: 0,
        is_writable: false,
    };
    let (world, service) = attended().await;
    let programs = [
        program("/usr/bin/test", None),
        program("/usr/new/test", None),
        program("/usr/bin/python3", Some("/usr/new/script.py")),
        program("/home/test", None),
        program("/usr/bin/python3", Some("/home/script.py")),
    ];
    let rules = programs.iter().map(|who| allow(who, then)).collect();
    *world.book.rules.lock().unwrap() = Rules::new(rules);
    drop(service);
    let service = world.start();
    let program = |number: usize| asker(programs[number].clone());
    for number in 0..3 {
        begin(&service, program(number)).await.unwrap().unwrap();
    }
    let notes: Vec<_> = {
        let log = world.log.0.lock().unwrap();
        log.iter().map(|record| record.note.clone()).collect()
    };
    let changed = |what| Some(format!("the {what} has changed since you allowed it"));
    assert_eq!(notes, [None, changed("program"), changed("script")]);
    for number in 3..5 {
        drop(begin(&service, program(number)));
        settle(&service).await;
        let asked = world.user.questions().len();
        assert_eq!(asked, number - 2, "others can replace it now");
    }
}

#[tokio::test]
async fn a_rule_does_not_hold_for_an_inherited_connection() {
    let (world, service) = attended().await;
    let who = Who::Program {
        path: "/usr/bin/test".into(),
        script: None,
    };
    let allow = Rule {
        verdict: Verdict::Allow,
        subject: Subject::exactly(&who).unwrap(),
        accounts: Accounts::All,
        seen: Files::default(),
    };
    *world.book.rules.lock().unwrap() = Rules::new(vec![allow]);
    drop(service);
    let service = world.start();
    let mut inherited = asker(who);
    inherited.caller.pid = 666;
    inherited.witness = Arc::new(Program(Arc::new(Mutex::new(inherited.caller.clone()))));
    drop(begin(&service, inherited));
    settle(&service).await;
    assert_eq!(
        world.user.questions().len(),
        1,
        "it has opened no connection"
    );
}

#[tokio::test]
async fn only_a_person_and_the_tray_may_answer_and_make_rules() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    let id = world.user.questions()[0].id;
    let answer = || AnswerQuestion(id, Answer::Always);
    for who in [us().caller.who, Who::Unknown, Who::System("cron".into())] {
        let refused = service.ask(&asker(who), answer()).await;
        assert!(matches!(refused, Err(Error::AccessDenied(_))));
    }
    assert!(!asked.is_finished());
    let wrong = AnswerQuestion(id + 1, Answer::Once);
    let missing = service.ask(&person(), wrong).await;
    assert!(matches!(missing, Err(Error::NotFound(_))));
    service.ask(&asker(Who::Tray), answer()).await.unwrap();
    asked.await.unwrap().unwrap();
    world.book.broken.store(true, Ordering::SeqCst);
    let forget = ForgetRules(mfa_ipc::types::RuleScope::default());
    let failed = service.ask(&person(), forget).await;
    assert!(matches!(failed, Err(Error::Failed(_))));
    begin(&service, us()).await.unwrap().unwrap();
}

#[tokio::test]
async fn twenty_codes_at_once_and_sixty_a_minute() {
    let (world, service) = one_account().await;
    drop(service);
    let world = World {
        policy: access::Policy::default(),
        ..world
    };
    let service = world.start();
    for _ in 0..20 {
        begin(&service, us()).await.unwrap().unwrap();
    }
    let refused = begin(&service, us()).await.unwrap();
    assert!(matches!(refused, Err(Error::LimitsExceeded(text)) if text.contains("1 s")));
    begin(&service, person()).await.unwrap().unwrap();
    world.clock.pass(3);
    for _ in 0..3 {
        begin(&service, us()).await.unwrap().unwrap();
    }
    assert!(begin(&service, us()).await.unwrap().is_err());
}

#[tokio::test]
async fn what_the_configuration_says_of_the_bus_holds() {
    for (bus_codes, is_asked) in [
        (BusCodes::Deny, false),
        (BusCodes::Allow, false),
        (BusCodes::Ask, true),
    ] {
        let (world, service) = one_account().await;
        drop(service);
        world.user.is_there.store(true, Ordering::SeqCst);
        let world = World {
            policy: access::Policy {
                bus_codes,
                ..world.policy
            },
            ..world
        };
        let service = world.start();
        let asked = begin(&service, from(Transport::SessionBus));
        if is_asked {
            settle(&service).await;
            assert_eq!(world.user.questions().len(), 1);
            continue;
        }
        let result = asked.await.unwrap();
        assert_eq!(result.is_ok(), bus_codes == BusCodes::Allow);
        assert_eq!(world.user.questions(), []);
    }
}

#[tokio::test]
async fn very_many_refusals_do_not_fill_the_log() {
    let (world, service) = attended().await;
    let silent = || Asker {
        may_be_asked_about: false,
        ..us()
    };
    for _ in 0..200 {
        begin(&service, silent()).await.unwrap().unwrap_err();
    }
    assert!(grounds(&world).len() <= 20);
}
