//! Tests of an export of some accounts: it is one request, and each account is asked about.

use super::*;
use crate::service::ask::ExportSome;

async fn ids(service: &Handle) -> Vec<String> {
    let (accounts, _) = service.ask(&person(), List).await.unwrap();
    accounts.iter().map(|one| one.id.to_string()).collect()
}

/// Somebody who names accounts may export as many of them as somebody who exports all.
#[tokio::test]
async fn more_accounts_than_the_limit_are_exported_by_name() {
    let (world, service) = one_account().await;
    for number in 0..70 {
        let account = fields(&format!("account {number}"), "totp");
        service.change(&us(), add(account)).await.unwrap();
    }
    drop(service);
    let world = World {
        policy: access::Policy::default(),
        ..world
    };
    let service = world.start();
    let mut some = ids(&service).await;
    some.pop();
    let exported = service.ask(&person(), ExportSome(some.clone())).await;
    let exported = exported.unwrap();
    let found: BTreeSet<_> = exported
        .iter()
        .map(|one| one.account.id.to_string())
        .collect();
    assert_eq!(found, some.iter().cloned().collect());
    assert!(exported.iter().all(|one| one.uri.contains("secret=")));
    let revealed = grounds(&world);
    let revealed = revealed
        .iter()
        .filter(|(action, ..)| *action == Action::Reveal);
    assert_eq!(revealed.count(), 70, "each of them is in the log");
    // It counts as one.
    for _ in 1..mfa_core::access::rate::BURST {
        let again = service.ask(&person(), ExportSome(some.clone())).await;
        assert_eq!(again.unwrap().len(), 70);
    }
    let refused = service.ask(&person(), ExportSome(some.clone())).await;
    assert!(matches!(refused.err(), Some(Error::LimitsExceeded(_))));
    some.push("unknown".into());
    let refused = service.ask(&person(), ExportSome(some)).await;
    assert!(matches!(refused.err(), Some(Error::NotFound(_))));
}

#[tokio::test]
async fn each_account_of_an_export_is_asked_about() {
    let (world, service) = attended().await;
    service
        .change(&us(), add(fields("b", "totp")))
        .await
        .unwrap();
    let both = ids(&service).await;
    let export = || {
        let (service, both) = (service.clone(), both.clone());
        tokio::spawn(async move {
            service
                .ask(&us(), ExportSome(both))
                .await
                .map(|all| all.len())
        })
    };
    let exported = export();
    let mut asked = BTreeSet::new();
    for _ in 0..2 {
        settle(&service).await;
        assert!(!exported.is_finished());
        let question = world.user.questions().pop().unwrap();
        assert_eq!(question.usage, Use::Secret);
        asked.insert(question.account);
        world.user.answer(Some(Answer::Once));
    }
    assert_eq!(exported.await.unwrap().unwrap(), 2);
    let names = ["a", "b"].map(|name| Some(name.to_owned()));
    assert_eq!(asked, names.into());
    // One that is denied denies all, and nothing of the last request counts for this one.
    let denied = export();
    settle(&service).await;
    world.user.answer(Some(Answer::Once));
    settle(&service).await;
    world.user.answer(Some(Answer::Deny));
    let denied = denied.await.unwrap();
    assert!(matches!(denied, Err(Error::AccessDenied(_))));
    assert_eq!(world.user.questions().len(), 4);
    let revealed = grounds(&world).into_iter();
    let revealed = revealed
        .filter(|(action, outcome, _)| (*action, *outcome) == (Action::Reveal, Outcome::Allowed));
    assert_eq!(revealed.count(), 2);
}
