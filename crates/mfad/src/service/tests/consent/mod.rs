//! Tests of who may have what: rules, questions and their answers, limits, and the access log.

mod asker;
#[cfg(unix)]
mod attended;
mod decided;
mod exporting;
mod limits;
mod looking;
mod recorded;
mod sites;
mod syncing;
mod unlocking;

use std::sync::atomic::Ordering;

use mfa_core::access::record::{Action, Ground, Outcome};
use mfa_core::access::rules::{Accounts, Files, Rule, Seen, Subject, Verdict};
use mfa_core::access::{Answer, BusCodes, Record, Rules, Unattended, Use};

use super::ask::{AnswerQuestion, Export, ForgetRules, Questions, Reveal, SetRule};
use super::*;
use crate::presence::Proof;

/// Starts a service with one account, “a”, and a user in front of a screen.
async fn attended() -> (World, Handle) {
    let (world, service) = one_account().await;
    world.user.is_there.store(true, Ordering::SeqCst);
    world.log.0.lock().unwrap().clear();
    (world, service)
}

/// Returns an asker of the same program on the private connection.
fn asker(who: Who) -> Asker {
    let mut asker = us();
    asker.caller.who = who;
    asker.witness = Arc::new(Program(Arc::new(Mutex::new(asker.caller.clone()))));
    asker
}

pub(super) fn person() -> Asker {
    asker(Who::Person)
}

/// Begins a request for the code of “a”.
fn begin(service: &Handle, asker: Asker) -> tokio::task::JoinHandle<Result<Vec<String>, Error>> {
    let service = service.clone();
    tokio::spawn(async move {
        let codes = service.codes(&asker, "a".into(), Wish::default()).await?;
        Ok(codes.iter().map(|code| code.expose().to_owned()).collect())
    })
}

/// Lets everything happen that can happen by now.
async fn settle(service: &Handle) {
    // Until then, requests wait for the accounts.
    drop(service.ask(&person(), List).await);
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    service.ask(&person(), Status).await.unwrap();
}

async fn open(service: &Handle) -> usize {
    service.ask(&person(), Questions).await.unwrap().len()
}

fn grounds(world: &World) -> Vec<(Action, Outcome, Ground)> {
    let log = world.log.0.lock().unwrap();
    let what = |record: &Record| {
        assert_eq!(record.scope, record.ground.scope());
        (record.action, record.outcome, record.ground)
    };
    log.iter().map(what).collect()
}

#[tokio::test]
async fn a_person_and_the_tray_are_not_asked_about() {
    let (world, service) = attended().await;
    for who in [Who::Person, Who::Tray] {
        begin(&service, asker(who)).await.unwrap().unwrap();
    }
    assert_eq!(world.user.questions(), []);
    let expected = (Action::Code, Outcome::Allowed, Ground::Default);
    assert_eq!(grounds(&world), [expected, expected]);
}

#[tokio::test]
async fn another_program_waits_for_the_answer_and_holds_nobody_up() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    let questions = world.user.questions();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].asker, "/usr/bin/test");
    assert_eq!(questions[0].account.as_deref(), Some("a"));
    assert!(!asked.is_finished());
    begin(&service, person()).await.unwrap().unwrap();
    world.user.answer(Some(Answer::Once));
    assert_eq!(asked.await.unwrap().unwrap().len(), 1);
    // Once is once.
    let again = begin(&service, us());
    settle(&service).await;
    assert_eq!(world.user.questions().len(), 2);
    world.user.answer(Some(Answer::Deny));
    assert!(matches!(again.await.unwrap(), Err(Error::AccessDenied(_))));
    assert_eq!(
        grounds(&world),
        [
            (Action::Code, Outcome::Allowed, Ground::Default),
            (Action::Code, Outcome::Allowed, Ground::Once),
            (Action::Code, Outcome::Refused, Ground::Once),
        ]
    );
}

#[tokio::test]
async fn until_locked_lasts_until_then() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::UntilLocked));
    asked.await.unwrap().unwrap();
    world.clock.pass(500);
    begin(&service, us()).await.unwrap().unwrap();
    assert_eq!(world.user.questions().len(), 1);
    let granted = (Action::Code, Outcome::Allowed, Ground::UntilLocked);
    assert_eq!(grounds(&world), [granted, granted], "also the first one");
    service.ask(&person(), Lock).await.unwrap();
    service.unlock(&person()).await.unwrap();
    let asked = begin(&service, us());
    settle(&service).await;
    assert_eq!(world.user.questions().len(), 2, "locking ends the grant");
    world.user.answer(Some(Answer::UntilLocked));
    asked.await.unwrap().unwrap();
    world.clock.pass(601);
    drop(begin(&service, us()));
    settle(&service).await;
    assert_eq!(
        world.user.questions().len(),
        3,
        "ten idle minutes end it too"
    );
}

#[tokio::test]
async fn always_and_never_are_rules_from_then_on() {
    for (answer, verdict) in [
        (Answer::Always, Verdict::Allow),
        (Answer::Never, Verdict::Deny),
    ] {
        let (world, service) = attended().await;
        let asked = begin(&service, us());
        settle(&service).await;
        world.user.answer(Some(answer));
        assert_eq!(asked.await.unwrap().is_ok(), answer.allows());
        let rules = world.book.rules.lock().unwrap().clone();
        assert_eq!(rules.own().len(), 1);
        assert_eq!(rules.own()[0].verdict, verdict);
        assert!(rules.own()[0].seen.executable.is_some());
        drop(service);
        let service = world.start();
        let next = begin(&service, us()).await.unwrap();
        assert_eq!(next.is_ok(), answer.allows());
        assert_eq!(world.user.questions().len(), 1, "it is not asked again");
        let forget = ForgetRules(mfa_ipc::types::RuleScope::default());
        assert_eq!(service.ask(&person(), forget).await.unwrap(), 1);
        drop(begin(&service, us()));
        settle(&service).await;
        assert_eq!(world.user.questions().len(), 2, "forgotten, so asked again");
    }
}

#[tokio::test]
async fn no_answer_is_a_no_and_so_is_closing_the_question() {
    let (world, service) = attended().await;
    tokio::time::pause();
    let asked = begin(&service, us());
    settle(&service).await;
    // A clock that counts suspend decides. The other one is paused, so these sleeps take no time.
    world.clock.pass(29);
    tokio::time::sleep(Duration::from_secs(99)).await;
    assert!(!asked.is_finished());
    world.clock.pass(1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(matches!(asked.await.unwrap(), Err(Error::AccessDenied(_))));
    settle(&service).await;
    assert_eq!(world.user.open.load(Ordering::SeqCst), 0, "it is withdrawn");
    // Then there is silence for a minute.
    let silent = begin(&service, us()).await.unwrap();
    assert!(matches!(silent, Err(Error::AccessDenied(text)) if text.contains("60 s")));
    assert_eq!(world.user.questions().len(), 1);
    world.clock.pass(60);
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(None);
    assert!(matches!(asked.await.unwrap(), Err(Error::AccessDenied(_))));
    let refused = |ground| (Action::Code, Outcome::Refused, ground);
    let expected = [Ground::Unanswered, Ground::Silence, Ground::Unanswered].map(refused);
    assert_eq!(grounds(&world), expected);
}

#[tokio::test]
async fn equal_questions_are_one_and_there_are_three_at_most() {
    let (world, service) = attended().await;
    let program = |n: usize| {
        asker(Who::Program {
            path: format!("/usr/bin/p{n}").into(),
            script: None,
        })
    };
    let same: Vec<_> = (0..5).map(|_| begin(&service, program(0))).collect();
    settle(&service).await;
    assert_eq!(world.user.questions().len(), 1);
    let others: Vec<_> = (1..3).map(|n| begin(&service, program(n))).collect();
    settle(&service).await;
    assert_eq!(open(&service).await, 3);
    let fourth = begin(&service, program(3)).await.unwrap();
    assert!(matches!(fourth, Err(Error::LimitsExceeded(_))));
    let first = service.ask(&person(), Questions).await.unwrap()[0].id;
    let answer = AnswerQuestion(first, Answer::Once);
    service.ask(&person(), answer).await.unwrap();
    for one in same {
        one.await.unwrap().unwrap();
    }
    assert!(others.iter().all(|other| !other.is_finished()));
    assert_eq!(open(&service).await, 2);
}

#[tokio::test]
async fn a_question_ends_with_its_callers() {
    let (world, service) = attended().await;
    tokio::time::pause();
    let one = begin(&service, us());
    let other = begin(&service, us());
    settle(&service).await;
    one.abort();
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(open(&service).await, 1, "somebody waits for it");
    other.abort();
    // The clock is paused, so this takes no time.
    tokio::time::sleep(Duration::from_secs(2)).await;
    settle(&service).await;
    assert_eq!(open(&service).await, 0);
    assert_eq!(world.user.open.load(Ordering::SeqCst), 0, "it is withdrawn");
}

#[tokio::test]
async fn locking_withdraws_the_questions() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    service.ask(&person(), Lock).await.unwrap();
    assert!(matches!(asked.await.unwrap(), Err(Error::Locked(_))));
    settle(&service).await;
    assert_eq!(world.user.open.load(Ordering::SeqCst), 0);
    assert_eq!(open(&service).await, 0);
}

#[tokio::test]
async fn a_locked_screen_is_a_no_even_if_the_accounts_stay_open() {
    let mut world = World::new();
    world.stays_open = true;
    world.user.is_there.store(true, Ordering::SeqCst);
    let service = world.start();
    let added = service.change(&us(), add(fields("a", "totp"))).await;
    assert!(added.is_ok());
    let asked = begin(&service, us());
    settle(&service).await;
    assert_eq!(open(&service).await, 1);
    let locked = lock::Event::Screen(lock::Source::Gnome, true);
    let sender = world.session.lock().unwrap().clone().unwrap();
    let told = sender
        .send(crate::session::Event::Happened(locked, None))
        .await;
    assert!(told.is_ok());
    assert!(matches!(asked.await.unwrap(), Err(Error::AccessDenied(_))));
    assert_eq!(open(&service).await, 0);
    assert!(
        begin(&service, person()).await.unwrap().is_ok(),
        "still open"
    );
}

#[tokio::test]
async fn a_program_that_turns_while_the_user_is_asked_gets_nothing() {
    let (world, service) = attended().await;
    let asker = us();
    let program = Arc::new(Mutex::new(asker.caller.clone()));
    let witness = Arc::new(Program(Arc::clone(&program)));
    let asked = begin(&service, Asker { witness, ..asker });
    settle(&service).await;
    program.lock().unwrap().executable = Executable::Path("/usr/bin/other".into());
    world.user.answer(Some(Answer::Always));
    assert!(matches!(asked.await.unwrap(), Err(Error::AccessDenied(_))));
    let last = grounds(&world).pop().unwrap();
    assert_eq!(last, (Action::Code, Outcome::Refused, Ground::Changed));
}
