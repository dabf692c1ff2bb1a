//! Tests of what the access log says of rules: who made them, and what they are about.

use mfa_core::access::record::Scope;
use mfa_ipc::types::{AccessRule, RuleScope};

use super::*;

/// Starts a service with one account, “a”, and a user in front of a screen. Returns the id of the account as well.
async fn with_id() -> (World, Handle, String) {
    let (world, service) = attended().await;
    let (accounts, _) = service.ask(&person(), List).await.unwrap();
    (world, service, accounts[0].id.to_string())
}

fn records(world: &World) -> Vec<Record> {
    world.log.0.lock().unwrap().clone()
}

/// Returns the note of a record about a rule for “a”.
fn note_about<'a>(record: &'a Record, id: &str) -> &'a str {
    assert_eq!(record.action, Action::Rule);
    assert_eq!(record.account.as_deref(), Some(id));
    assert_eq!(record.name.as_deref(), Some("a"));
    record.note.as_deref().unwrap()
}

#[tokio::test]
async fn a_rule_that_is_an_answer_is_logged_as_that_of_the_user() {
    for (answer, verdict, outcome, ground) in [
        (Answer::Always, "allow", Outcome::Allowed, Ground::Rule),
        (Answer::Never, "deny", Outcome::Refused, Ground::Always),
    ] {
        let (world, service, id) = with_id().await;
        let asked = begin(&service, us());
        settle(&service).await;
        world.user.answer(Some(answer));
        drop(asked.await.unwrap());
        let records = records(&world);
        let [rule, code] = records.as_slice() else {
            panic!("{records:?}");
        };
        let note = format!("{verdict} /usr/bin/test, account a");
        assert_eq!(note_about(rule, &id), note);
        assert_eq!(rule.asker, "/usr/bin/test");
        assert_eq!(
            (rule.ground, rule.scope),
            (Ground::Always, Some(Scope::Always))
        );
        assert_eq!((code.action, code.outcome), (Action::Code, outcome));
        assert_eq!((code.ground, code.name.as_deref()), (ground, Some("a")));
    }
}

#[tokio::test]
async fn a_rule_that_a_person_sets_and_forgets_is_logged_with_its_account() {
    let (world, service, id) = with_id().await;
    let scope = RuleScope {
        subject: Subject::exactly(&us().caller.who),
        account: Some("a".into()),
        tag: None,
    };
    let rule = AccessRule {
        verdict: Verdict::Deny,
        scope: scope.clone(),
        name: None,
        has_changed: false,
        is_default: false,
    };
    service.ask(&person(), SetRule(rule)).await.unwrap();
    let removed = service.ask(&person(), ForgetRules(scope)).await;
    assert_eq!(removed.unwrap(), 1);
    let records = records(&world);
    let notes: Vec<_> = records.iter().map(|one| note_about(one, &id)).collect();
    let rule = "deny /usr/bin/test, account a";
    assert_eq!(notes, [rule, &format!("forgot: {rule}")]);
    for record in &records {
        assert_eq!(record.asker, "a person at a terminal");
        assert_eq!((record.ground, record.scope), (Ground::Default, None));
    }
}

#[tokio::test]
async fn a_rule_that_an_answer_makes_for_a_process_of_root_is_forgotten_by_its_name() {
    let (world, service, id) = with_id().await;
    let cron = Who::System("cron".into());
    let asked = begin(&service, asker(cron.clone()));
    settle(&service).await;
    world.user.answer(Some(Answer::Always));
    asked.await.unwrap().unwrap();
    begin(&service, asker(cron.clone())).await.unwrap().unwrap();
    assert_eq!(world.user.questions().len(), 1);
    let scope = RuleScope {
        subject: Subject::exactly(&cron),
        ..RuleScope::default()
    };
    let removed = service.ask(&person(), ForgetRules(scope)).await;
    assert_eq!(removed.unwrap(), 1);
    let records = records(&world);
    let notes = [&records[0], &records[3]].map(|one| note_about(one, &id));
    let rule = "allow cron (system process), account a";
    assert_eq!(notes, [rule, &format!("forgot: {rule}")]);
}
