//! Tests of which keychain the accounts belong to while they are open.

use super::*;
use crate::keychain::{Identity, State as Found};
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
