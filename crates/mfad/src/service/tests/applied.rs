//! Tests of what a change of many accounts does to counters, and to what backups are said to hold.

use std::collections::BTreeMap;

use mfa_core::access::record::Action;
use mfa_core::access::rules::{Accounts, Files, Rule, Subject, Verdict};
use mfa_core::item::Entry;
use mfa_core::port::BackedUp;

use super::applying::{before, entry, id, world};
use super::*;
use crate::service::change::Apply;

async fn put(service: &Handle, puts: Vec<Entry>, removed: u8) {
    let (_, revision) = service.ask(&us(), List).await.unwrap();
    let change = Apply {
        puts,
        removed: [id(removed)].into(),
        moved: BTreeMap::new(),
        asker: us(),
        revision,
        is_own: false,
    };
    service.change(&us(), change).await.unwrap();
}

/// An account may get another id, because another computer has added it too, while its codes are used here.
#[tokio::test]
async fn a_counter_does_not_go_back_under_another_id() {
    let world = world();
    let service = world.start();
    let mut twin = entry(3, "counts", Some(5));
    twin.account.id = id(9);
    put(&service, vec![twin], 3).await;
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let counts = accounts.iter().find(|account| account.id == id(9));
    assert_eq!(counts.unwrap().kind.counter(), Some(9));
}

#[tokio::test]
async fn what_is_replaced_with_its_old_time_is_not_backed_up() {
    let world = world();
    let service = world.start();
    let (accounts, _) = service.ask(&us(), List).await.unwrap();
    let held = accounts.iter();
    let held = held.map(|account| (account.id.to_string(), account.modified));
    let held = held.collect();
    service.ask(&us(), ask::BackedUp(held)).await.unwrap();
    let missing = async || {
        let status = service.ask(&us(), Status).await.unwrap();
        status.not_backed_up.unwrap()
    };
    assert!(missing().await.is_empty());
    let puts = vec![
        entry(2, "changed", None),
        entry(3, "counts", Some(12)),
        entry(1, "stays", None),
    ];
    put(&service, puts, 4).await;
    assert_eq!(missing().await, ["changed"]);
    let notes = world.journal.notes.lock().unwrap();
    assert!(!notes.backed_up.accounts.contains_key(&id(2)));
}

/// What is decided is completed by the next daemon, which knows nothing of what was there before.
#[tokio::test]
async fn what_the_next_daemon_completes_is_not_backed_up() {
    let world = world();
    let held = BackedUp {
        at: NOW,
        accounts: before().keys().map(|id| (*id, NOW)).collect(),
        ..BackedUp::default()
    };
    world.journal.notes.lock().unwrap().backed_up = held.clone();
    let service = world.start();
    put(&service, vec![entry(2, "changed", None)], 4).await;
    let history = world.store.history.lock().unwrap().clone();
    let mut changed = 0;
    for made in 0..=history.len() {
        let next = self::world();
        next.journal.notes.lock().unwrap().backed_up = held.clone();
        next.repeat(&history[..made]);
        let service = next.start();
        if !names(&service).await.contains(&"changed".to_owned()) {
            continue;
        }
        changed += 1;
        let status = service.ask(&us(), Status).await.unwrap();
        assert_eq!(status.not_backed_up.unwrap(), ["changed"], "{made}");
    }
    assert!(changed > 2, "{changed}");
}

/// Returns the asker, the account and the text of each line of the log that is about a rule.
fn lines_on_rules(world: &World) -> Vec<(String, String, String)> {
    let log = world.log.0.lock().unwrap();
    let is_rule = |record: &&access::Record| record.action == Action::Rule;
    let lines = log.iter().filter(is_rule);
    let said = |line: &access::Record| {
        let (account, note) = (line.account.clone(), line.note.clone());
        (line.asker.clone(), account.unwrap(), note.unwrap())
    };
    lines.map(said).collect()
}

/// Another computer has added the same account under another id, which stays.
#[tokio::test]
async fn rules_and_codes_that_were_handed_out_follow_an_account_to_another_id() {
    let world = world();
    let rule = |account: u8, verdict| Rule {
        verdict,
        subject: Subject::System("cron".into()),
        accounts: Accounts::One(id(account)),
        seen: Files::default(),
    };
    *world.book.rules.lock().unwrap() =
        access::Rules::new(vec![rule(2, Verdict::Deny), rule(1, Verdict::Allow)]);
    let service = world.start();
    let first = code(&service, "changes", fresh()).await.unwrap();
    let (_, revision) = service.ask(&us(), List).await.unwrap();
    let mut twin = entry(2, "changes", None);
    twin.account.id = id(9);
    let change = Apply {
        puts: vec![twin],
        removed: [id(2)].into(),
        moved: [(id(2), id(9))].into(),
        asker: us(),
        revision,
        is_own: false,
    };
    service.change(&us(), change).await.unwrap();
    let wish = Wish {
        timeout: 0,
        ..fresh()
    };
    let refused = code(&service, "changes", wish).await.unwrap_err();
    assert!(
        refused.text().contains("next unused code"),
        "{refused} {first}"
    );
    let rules = world.book.rules.lock().unwrap();
    assert_eq!(
        rules.own(),
        [rule(1, Verdict::Allow), rule(9, Verdict::Deny)]
    );
    let asker = us().caller.who.to_string();
    let follows = "deny cron (system process), account changes, which gets another id";
    let forgot = format!("forgot: deny cron (system process), account {}", id(2));
    assert_eq!(
        lines_on_rules(&world),
        [
            (asker.clone(), id(9).to_string(), follows.to_owned()),
            (asker, id(2).to_string(), forgot),
        ]
    );
}
