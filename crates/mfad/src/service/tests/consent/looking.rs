//! Tests of looks at codes: what is asked about them, and what is logged.

use mfa_core::AccountId;

use super::*;

/// Starts a service with two accounts, “a” and “b”, and a user in front of a screen.
async fn two_accounts() -> (World, Handle, [AccountId; 2]) {
    let (world, service) = attended().await;
    let (accounts, _) = service.ask(&person(), List).await.unwrap();
    let added = service.change(&person(), add(fields("b", "totp"))).await;
    (world, service, [accounts[0].id, added.unwrap().id])
}

/// Begins to look at the codes of accounts, or of all if none are named. The answer is their number.
fn look(
    service: &Handle,
    asker: Asker,
    ids: &[AccountId],
) -> tokio::task::JoinHandle<Result<usize, Error>> {
    let service = service.clone();
    let ids = ids.iter().map(ToString::to_string).collect();
    tokio::spawn(async move { Ok(service.get(&asker, Peek(ids)).await?.len()) })
}

/// Returns the lines of the log: the names of their accounts, and what the lines say of them.
fn lines(world: &World) -> Vec<(Option<String>, Action, Outcome, Ground)> {
    let log = world.log.0.lock().unwrap();
    let line = |record: &Record| {
        let name = record.name.clone();
        (name, record.action, record.outcome, record.ground)
    };
    log.iter().map(line).collect()
}

/// Starts the service again, with a rule on each account for the program that asks.
fn with_rules(world: &World, ids: [AccountId; 2], verdicts: [Verdict; 2]) -> Handle {
    let rule = |(id, verdict)| Rule {
        verdict,
        subject: Subject::exactly(&us().caller.who).unwrap(),
        accounts: Accounts::One(id),
        seen: Files::default(),
    };
    let rules = ids.into_iter().zip(verdicts).map(rule).collect();
    *world.book.rules.lock().unwrap() = Rules::new(rules);
    world.start()
}

#[tokio::test]
async fn a_look_at_one_account_is_asked_about_and_logged_as_that() {
    let (world, service, [a, b]) = two_accounts().await;
    let asked = look(&service, us(), &[a]);
    settle(&service).await;
    let question = world.user.questions().pop().unwrap();
    assert_eq!(question.summary(), "test wants a code for a");
    assert_eq!(question.answers(), Answer::ALL);
    world.user.answer(Some(Answer::UntilLocked));
    assert_eq!(asked.await.unwrap().unwrap(), 1);
    // The answer holds for further looks at this account, and for its codes.
    assert_eq!(look(&service, us(), &[a]).await.unwrap().unwrap(), 1);
    begin(&service, us()).await.unwrap().unwrap();
    assert_eq!(world.user.questions().len(), 1);
    let granted = |action| {
        let name = Some("a".to_owned());
        (name, action, Outcome::Allowed, Ground::UntilLocked)
    };
    let expected = [Action::Look, Action::Look, Action::Code].map(granted);
    assert_eq!(lines(&world), expected);
    let other = look(&service, us(), &[b]);
    let both = look(&service, us(), &[a, b]);
    settle(&service).await;
    let questions = world.user.questions();
    let accounts: Vec<_> = questions.iter().map(|one| one.account.as_deref()).collect();
    assert_eq!(accounts, [Some("a"), Some("b"), None]);
    other.abort();
    both.abort();
}

#[tokio::test]
async fn an_answer_to_a_look_at_one_account_can_become_a_rule() {
    for (answer, seen) in [(Answer::Always, 1), (Answer::Never, 0)] {
        let (world, service, [a, _]) = two_accounts().await;
        let asked = look(&service, us(), &[a]);
        settle(&service).await;
        world.user.answer(Some(answer));
        assert_eq!(asked.await.unwrap().is_ok(), answer.allows());
        let rules = world.book.rules.lock().unwrap().clone();
        assert_eq!(rules.own()[0].accounts, Accounts::One(a));
        world.clock.pass(60);
        let again = look(&service, us(), &[a]).await.unwrap();
        assert_eq!(again.unwrap(), seen, "{answer:?}");
        assert_eq!(world.user.questions().len(), 1);
    }
}

#[tokio::test]
async fn a_look_that_a_rule_denies_is_logged() {
    let (world, service, ids) = two_accounts().await;
    drop(service);
    let service = with_rules(&world, ids, [Verdict::Deny, Verdict::Allow]);
    let refused = || {
        let name = Some("a".to_owned());
        (name, Action::Look, Outcome::Refused, Ground::Rule)
    };
    let allowed = (None, Action::Look, Outcome::Allowed, Ground::Rule);
    for (ids, seen, expected) in [
        (&ids[..1], 0, vec![refused()]),
        (&ids[..], 1, vec![refused(), allowed.clone()]),
        (&ids[..0], 1, vec![refused(), allowed]),
    ] {
        world.log.0.lock().unwrap().clear();
        let looked = look(&service, us(), ids).await.unwrap();
        assert_eq!(looked.unwrap(), seen);
        assert_eq!(lines(&world), expected);
    }
    assert_eq!(world.user.questions(), []);
}

#[tokio::test]
async fn looks_that_are_denied_do_not_fill_the_log() {
    let (world, service, ids) = two_accounts().await;
    drop(service);
    let service = with_rules(&world, ids, [Verdict::Deny, Verdict::Allow]);
    for _ in 0..200 {
        world.clock.pass(1);
        assert_eq!(look(&service, us(), &[]).await.unwrap().unwrap(), 1);
    }
    for outcome in [Outcome::Refused, Outcome::Allowed] {
        let lines = lines(&world);
        let logged = lines.iter().filter(|line| line.2 == outcome).count();
        assert!((1..=24).contains(&logged), "{logged} lines");
    }
    // The tray looks whenever its menu is open.
    drop(service);
    let deny = Rule {
        verdict: Verdict::Deny,
        subject: Subject::Tray,
        accounts: Accounts::One(ids[0]),
        seen: Files::default(),
    };
    *world.book.rules.lock().unwrap() = Rules::new(vec![deny]);
    world.log.0.lock().unwrap().clear();
    let service = world.start();
    let looked = look(&service, asker(Who::Tray), &[]).await.unwrap();
    assert_eq!(looked.unwrap(), 1);
    assert_eq!(grounds(&world), []);
}

/// Its codes cannot be looked at.
#[tokio::test]
async fn nobody_is_asked_about_a_look_at_a_counter() {
    let (world, service, id) = one_counter().await;
    world.user.is_there.store(true, Ordering::SeqCst);
    let id = AccountId::parse(&id).unwrap();
    assert_eq!(look(&service, us(), &[id]).await.unwrap().unwrap(), 0);
    assert_eq!(world.user.questions(), []);
}
