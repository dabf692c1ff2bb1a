//! Tests of changes that wait until the keychain has stored the one before.

use std::sync::atomic::Ordering;

use mfa_core::access::rules::{Accounts, Files, Rule, Subject, Verdict};

use super::ask::{ForgetRules, SetRule};
use super::consent::person;
use super::parked::turncoat;
use super::*;

/// Begins to add an account, which lasts until the store is no longer slow.
async fn long_change(world: &World, service: &Handle) -> tokio::task::JoinHandle<()> {
    world.store.slow.store(true, Ordering::SeqCst);
    let adding = tokio::spawn({
        let service = service.clone();
        async move {
            let long = add(fields("long", "totp"));
            service.change(&us(), long).await.unwrap();
        }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), Status).await.unwrap();
    adding
}

#[tokio::test]
async fn a_program_that_turns_while_its_change_waits_changes_nothing() {
    let (world, service) = one_account().await;
    let first = long_change(&world, &service).await;
    let (asker, program) = turncoat();
    let second = tokio::spawn({
        let service = service.clone();
        async move { service.change(&asker, add(fields("b", "totp"))).await }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), Status).await.unwrap();
    program.turn();
    world.store.slow.store(false, Ordering::SeqCst);
    let refused = second.await.unwrap();
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    first.await.unwrap();
    assert!(!names(&service).await.contains(&"b".to_owned()));
}

/// A rule that was made while a counter waited to be moved denies its code, and the counter stays.
#[tokio::test]
async fn a_counter_that_waits_is_decided_on_again() {
    let (world, service, _) = one_counter().await;
    let first = long_change(&world, &service).await;
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "bank", Wish::default()).await }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), Status).await.unwrap();
    let deny = Rule {
        verdict: Verdict::Deny,
        subject: Subject::Anybody,
        accounts: Accounts::All,
        seen: Files::default(),
    };
    let rule = mfa_ipc::types::AccessRule::from(&deny);
    service.ask(&person(), SetRule(rule)).await.unwrap();
    world.store.slow.store(false, Ordering::SeqCst);
    let refused = waiting.await.unwrap();
    assert!(matches!(refused, Err(Error::AccessDenied(_))));
    first.await.unwrap();
    let forget = ForgetRules(mfa_ipc::types::RuleScope::default());
    service.ask(&person(), forget).await.unwrap();
    let next = code(&service, "bank", Wish::default()).await.unwrap();
    assert_eq!(next, "755224", "the first code was not used up");
}
