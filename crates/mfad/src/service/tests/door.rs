//! Tests of which keychain the accounts belong to while they are open, and of the attempts to open one.

use tokio::sync::oneshot;

use super::*;
use crate::keychain::{Identity, State as Found, VaultFile};
use attempt::Attempt;
use state::{Event, State};

/// Returns a service that has read all accounts of one keychain.
fn opened() -> Service {
    let world = World::new();
    let mut service = Service::new(world.parts(), world.consent(), Announcer::new());
    service.door.state = State::Open;
    service.door.store = "one".into();
    service
}

/// Tells the service that the keychain has changed, and that an open one with this identity is there.
fn looked_again(service: &mut Service, store: &str) {
    let identity = Identity {
        name: "KWallet".into(),
        store: store.into(),
    };
    service.door_event(Event::Rechecked(Ok(Found::Open), identity));
}

#[tokio::test]
async fn another_keychain_that_answers_is_read_before_anything_is_answered() {
    let mut service = opened();
    looked_again(&mut service, "two");
    assert!(service.door.state.is_opening());
    assert_eq!(service.door.store, "two");
}

#[tokio::test]
async fn the_same_keychain_or_one_that_does_not_say_which_it_is_changes_nothing() {
    let mut service = opened();
    for store in ["one", ""] {
        looked_again(&mut service, store);
        assert_eq!(service.door.state, State::Open);
        assert_eq!(service.door.store, "one");
    }
}

/// Begins to open a vault file, with work that stands in for it.
fn attempted(
    service: &mut Service,
    work: impl Future<Output = Result<VaultFile, Error>> + Send + 'static,
) -> oneshot::Receiver<Result<(), Error>> {
    let (reply, answer) = oneshot::channel();
    service.begin_attempt(Attempt::Open(reply), work).unwrap();
    answer
}

#[tokio::test]
async fn who_tries_a_passphrase_while_the_accounts_are_locked_is_told() {
    let mut service = opened();
    let answer = attempted(&mut service, std::future::pending());
    let (reply, _) = oneshot::channel();
    let second = service.begin_attempt(Attempt::Make(reply), std::future::pending());
    assert!(matches!(second, Err(Error::LimitsExceeded(_))));
    service.lock_on_request().unwrap();
    let told = answer.await.expect("the lock answers");
    let text = errors::locked_meanwhile().to_string();
    assert_eq!(told.unwrap_err().to_string(), text);
    attempted(&mut service, std::future::pending());
}

/// The file may be read before the next request comes. Accounts that had been unused for long would be locked again.
#[tokio::test]
async fn whoever_types_the_right_passphrase_has_used_the_accounts() {
    let world = World::new();
    let mut service = Service::new(world.parts(), world.consent(), Announcer::new());
    for (passed, is_right) in [(100, false), (200, true)] {
        world.clock.pass(100);
        let work = async move {
            let file = VaultFile::new(PathBuf::from("/none/mfa.kdbx"), None);
            is_right.then_some(file).ok_or_else(errors::internal)
        };
        drop(attempted(&mut service, work));
        let (attempt, end) = service.door.attempts.ended().await.expect("one was begun");
        service.attempt_ended(attempt, end);
        let expected = Duration::from_secs(if is_right { passed } else { 0 });
        assert_eq!(service.door.last_request, expected);
    }
}

#[tokio::test]
async fn who_tries_a_passphrase_is_told_of_a_panic_and_others_are_not_disturbed() {
    let mut service = opened();
    service.door.state = State::Loading;
    let answer = attempted(&mut service, async { panic!("as if by a bug") });
    let (attempt, end) = service.door.attempts.ended().await.expect("one was begun");
    service.attempt_ended(attempt, end);
    let told = answer.await.expect("the panic is answered");
    let text = errors::internal().to_string();
    assert_eq!(told.unwrap_err().to_string(), text);
    assert_eq!(service.door.state, State::Loading);
    attempted(&mut service, std::future::pending());
}
