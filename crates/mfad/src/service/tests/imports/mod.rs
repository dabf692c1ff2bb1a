//! Tests of what becomes of each account of an import.

mod unfinished;

use mfa_ipc::types::{Fate, ImportResult};

use super::*;
use crate::service::ask::Plan;
use crate::service::change::Import;

/// Returns the secret of a number; each number has a different one.
fn secret(number: u32) -> String {
    let letter = |shift: u32| char::from(b'A' + u8::try_from(number >> shift & 15).unwrap());
    format!("JBSWY3DPEHPK3P{}{}", letter(4), letter(0))
}

fn account(number: u32) -> AccountChange {
    AccountChange {
        secret: Some(secret(number).into()),
        issuer: Some("Slack".into()),
        username: Some(format!("user{number}")),
        ..AccountChange::default()
    }
}

fn accounts(numbers: std::ops::Range<u32>) -> Vec<AccountChange> {
    numbers.map(account).collect()
}

pub(super) async fn import(service: &Handle, accounts: Vec<AccountChange>) -> Vec<ImportResult> {
    service.import(&us(), accounts).await.unwrap()
}

fn stored(world: &World) -> usize {
    world.store.items.lock().unwrap().len()
}

fn unfinished(world: &World) -> usize {
    let notes = world.journal.notes.lock().unwrap();
    notes.unfinished.values().map(BTreeSet::len).sum()
}

#[tokio::test]
async fn what_becomes_of_each_is_said_before_and_after() {
    let world = World::new();
    let service = world.start();
    service.change(&us(), add(account(0))).await.unwrap();
    let batch = || {
        let other = || AccountChange {
            username: Some("USER0".into()),
            ..account(1)
        };
        let bad = AccountChange {
            secret: Some("0".to_owned().into()),
            ..account(2)
        };
        // The same secret is used at another service, whose name must not be lost.
        let elsewhere = AccountChange {
            issuer: Some("Elsewhere".into()),
            ..account(1)
        };
        vec![account(0), other(), elsewhere, other(), bad, account(3)]
    };
    let planned = service.plan(&us(), batch()).await.unwrap();
    assert_eq!(stored(&world), 1);
    let new = |result: &&ImportResult| result.id.is_none();
    assert_eq!(planned.iter().filter(new).count(), 5);
    let mut done = import(&service, batch()).await;
    assert_eq!(stored(&world), 4);
    assert!(done[1].id.is_some() && done[5].id.is_some());
    done[1..].iter_mut().for_each(|result| result.id = None);
    assert_eq!(done, planned);
    let told: Vec<_> = done
        .iter()
        .map(|r| (r.fate, &*r.name, r.clash.as_deref()))
        .collect();
    let expected = [
        (Fate::Present, "slack", None),
        (Fate::Added, "slack-user0", Some("slack")),
        (Fate::Added, "elsewhere", None),
        (Fate::Present, "slack-user0", None),
        (Fate::Skipped, "", None),
        (Fate::Added, "slack-user3", None),
    ];
    assert_eq!(told, expected);
    let reason = done[4].reason.as_deref().unwrap();
    assert!(reason.contains("not base32"), "{reason}");
    let again = import(&service, batch()).await;
    assert!(again.iter().all(|result| result.fate != Fate::Added));
}

/// Whatever another program adds between the two steps of an import is not added again.
#[tokio::test]
async fn a_plan_that_is_out_of_date_is_made_again() {
    let world = World::new();
    let service = world.start();
    let planned = service.ask(&us(), Plan::new(accounts(0..3))).await.unwrap();
    service.change(&us(), add(account(1))).await.unwrap();
    let accounts = accounts(0..3);
    let done = service.change(&us(), Import { accounts, planned }).await;
    let fates: Vec<_> = done.unwrap().iter().map(|result| result.fate).collect();
    assert_eq!(fates, [Fate::Added, Fate::Present, Fate::Added]);
    assert_eq!(stored(&world), 3);
}

#[tokio::test]
async fn other_parameters_make_another_account_and_a_counter_does_not() {
    let world = World::new();
    let service = world.start();
    let counted = |counter| AccountChange {
        kind: Some("hotp".into()),
        counter: Some(counter),
        ..account(1)
    };
    let eight = AccountChange {
        digits: Some(8),
        ..account(1)
    };
    let done = import(&service, vec![account(1), eight, counted(7), counted(9)]).await;
    let fates: Vec<_> = done.iter().map(|result| result.fate).collect();
    assert_eq!(
        fates,
        [Fate::Added, Fate::Added, Fate::Added, Fate::Present]
    );
    let accounts = service.ask(&us(), List).await.unwrap().0;
    let counters: Vec<_> = accounts.iter().filter_map(|a| a.kind.counter()).collect();
    assert_eq!(counters, [7]);
}

#[tokio::test]
async fn names_of_other_apps_are_made_to_fit() {
    let world = World::new();
    let service = world.start();
    let named = |number, name: &str| AccountChange {
        name: Some(name.into()),
        note: Some("a\r\nb".repeat(200)),
        tags: Some(vec!["x".repeat(99); 20]),
        domains: Some(vec!["bank.example".into(), "no host".into()]),
        ..account(number)
    };
    let long = "n".repeat(80);
    let batch = vec![
        named(1, "My bank"),
        named(2, "my BANK"),
        named(3, "otpauth://totp/a"),
        named(4, &long),
        named(5, "a\u{202e}\nb"),
    ];
    let done = import(&service, batch).await;
    let told: Vec<_> = done.iter().map(|result| &*result.name).collect();
    let cut = format!("{}…", "n".repeat(63));
    assert_eq!(told, ["My bank", "my BANK-2", "slack", &cut, "a b"]);
    assert_eq!(done[1].clash.as_deref(), Some("My bank"));
    let remarks: Vec<_> = done.iter().map(|result| result.reason.as_deref()).collect();
    let note = Some("its note was cut to 500 characters");
    let both = Some("its name was cut to 64 characters, its note was cut to 500 characters");
    assert_eq!(remarks, [note, note, note, both, note]);
    let accounts = service.ask(&us(), List).await.unwrap().0;
    let expected = mfa_core::site::known(["bank.example"]);
    assert!(accounts.iter().all(|account| account.domains == expected));
}

#[tokio::test]
async fn a_serial_that_aws_tells_is_kept_by_the_first() {
    let world = World::new();
    let service = world.start();
    let aws = |number, username: &str| AccountChange {
        issuer: Some("Amazon Web Services".into()),
        username: Some(username.into()),
        ..account(number)
    };
    let batch = vec![
        aws(1, "jane@123456789012"),
        aws(2, "jane@123456789012"),
        aws(3, "jane@acme"),
    ];
    let done = import(&service, batch).await;
    let told: Vec<_> = done.iter().map(|result| &*result.name).collect();
    assert_eq!(told, ["aws", "aws-123456789012", "aws-acme"]);
    let accounts = service.ask(&us(), List).await.unwrap().0;
    let serials: Vec<_> = accounts.iter().map(|account| &*account.serial).collect();
    assert_eq!(serials, ["arn:aws:iam::123456789012:mfa/jane", "", ""]);
}
