//! Tests of who may undo the lock of the user.

use super::*;

/// Starts a service that the user has locked, and a user in front of a screen.
async fn locked() -> (World, Handle) {
    let (world, service) = attended().await;
    service.ask(&person(), Lock).await.unwrap();
    (world, service)
}

/// Begins to unlock as a program that allows prompts and questions.
fn unlock(service: &Handle) -> tokio::task::JoinHandle<Result<(), Error>> {
    let service = service.clone();
    let asker = Asker {
        interactive: true,
        ..us()
    };
    tokio::spawn(async move { service.unlock(&asker).await })
}

async fn is_locked(service: &Handle) -> bool {
    let codes = service.codes(&person(), "a".into(), Wish::default()).await;
    matches!(codes, Err(Error::Locked(_)))
}

#[tokio::test]
async fn a_program_unlocks_once_the_user_has_allowed_it_and_a_person_does_at_once() {
    let (world, service) = locked().await;
    let unlocking = unlock(&service);
    settle(&service).await;
    assert_eq!(
        world.user.questions()[0].summary(),
        "test wants to unlock the accounts"
    );
    assert!(is_locked(&service).await);
    // A rule says nothing about it.
    let rule = Rule {
        verdict: Verdict::Allow,
        subject: Subject::Anybody,
        accounts: Accounts::All,
        seen: Files::default(),
    };
    let rule = mfa_ipc::types::AccessRule::from(&rule);
    service.ask(&person(), SetRule(rule)).await.unwrap();
    settle(&service).await;
    assert_eq!(
        world.user.questions().len(),
        1,
        "it is still the same question"
    );
    // Once the user has unlocked, there is nothing to ask about, and nothing to log.
    service.unlock(&person()).await.unwrap();
    unlocking.await.unwrap().unwrap();
    assert_eq!(open(&service).await, 0);
    assert!(
        grounds(&world)
            .iter()
            .all(|(action, ..)| *action != Action::Unlock)
    );
    service.ask(&person(), Lock).await.unwrap();
    let unlocking = unlock(&service);
    settle(&service).await;
    world.user.answer(Some(Answer::Once));
    unlocking.await.unwrap().unwrap();
    let allowed = (Action::Unlock, Outcome::Allowed, Ground::Once);
    assert_eq!(grounds(&world).pop(), Some(allowed));
    // Once is once.
    service.ask(&person(), Lock).await.unwrap();
    drop(unlock(&service));
    settle(&service).await;
    assert_eq!(open(&service).await, 1);
}

#[tokio::test]
async fn a_program_that_the_user_denies_it_or_that_permits_no_question_unlocks_nothing() {
    let (world, service) = locked().await;
    let silent = Asker {
        may_be_asked_about: false,
        ..us()
    };
    let refused = service.unlock(&silent).await;
    assert!(matches!(refused, Err(Error::Locked(_))), "{refused:?}");
    assert_eq!(world.user.questions(), []);
    let unlocking = unlock(&service);
    settle(&service).await;
    world.user.answer(Some(Answer::Deny));
    let denied = unlocking.await.unwrap();
    assert!(matches!(denied, Err(Error::AccessDenied(_))), "{denied:?}");
    let refused = (Action::Unlock, Outcome::Refused, Ground::Once);
    assert_eq!(grounds(&world).pop(), Some(refused));
    let again = unlock(&service).await.unwrap();
    assert!(matches!(again, Err(Error::AccessDenied(text)) if text.contains("60 s")));
    assert!(is_locked(&service).await);
}

#[tokio::test]
async fn the_search_of_the_desktop_unlocks_for_the_person_who_types_there() {
    let (world, service) = locked().await;
    let krunner = asker(Who::Program {
        path: "/usr/bin/krunner".into(),
        script: None,
    });
    service.unlock(&krunner).await.unwrap();
    assert_eq!(world.user.questions(), []);
    assert!(!is_locked(&service).await);
}

/// A rule is about codes, and says nothing about a lock.
#[tokio::test]
async fn a_program_that_may_have_codes_may_not_unlock_for_that() {
    let (world, service) = attended().await;
    let asked = begin(&service, us());
    settle(&service).await;
    world.user.answer(Some(Answer::Always));
    asked.await.unwrap().unwrap();
    service.ask(&person(), Lock).await.unwrap();
    drop(unlock(&service));
    settle(&service).await;
    assert_eq!(open(&service).await, 1);
}

/// Where nobody can be asked, the private connection is open to programs, and the session bus is not.
#[tokio::test]
async fn where_nobody_can_be_asked_a_program_unlocks_on_the_private_connection() {
    let (_world, service) = one_account().await;
    service.ask(&person(), Lock).await.unwrap();
    let refused = service.unlock(&from(Transport::SessionBus)).await;
    assert!(
        matches!(refused, Err(Error::ConsentRequired(_))),
        "{refused:?}"
    );
    service.unlock(&us()).await.unwrap();
    assert!(!is_locked(&service).await);
}

/// The prompt for the password does not say who has raised it, so the question comes before.
#[tokio::test]
async fn the_question_comes_before_the_proof_of_presence() {
    let (world, service) = locked().await;
    world.presence.results.lock().unwrap().push(Proof::Given);
    let unlocking = unlock(&service);
    settle(&service).await;
    let prompts = || world.presence.prompts.load(Ordering::SeqCst);
    assert_eq!(prompts(), 0);
    world.user.answer(Some(Answer::Once));
    unlocking.await.unwrap().unwrap();
    assert_eq!(prompts(), 1);
    // Without the proof, nothing is unlocked, and the log does not say so.
    service.ask(&person(), Lock).await.unwrap();
    world.log.0.lock().unwrap().clear();
    world.presence.results.lock().unwrap().push(Proof::Refused);
    let unlocking = unlock(&service);
    settle(&service).await;
    world.user.answer(Some(Answer::Once));
    let refused = unlocking.await.unwrap();
    assert!(
        matches!(refused, Err(Error::AccessDenied(_))),
        "{refused:?}"
    );
    assert_eq!(grounds(&world), []);
}
