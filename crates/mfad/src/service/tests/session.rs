//! Tests of what becomes of the accounts with the session of the user.

use mfa_core::lock::{Event as Happened, Source};
use mfa_ipc::types;

use super::*;
use crate::session::Delay;

const LOCKED: Happened = Happened::Screen(Source::Gnome, true);
const UNLOCKED: Happened = Happened::Screen(Source::Gnome, false);

impl World {
    /// Tells the service about the session, and waits until it has taken that in.
    async fn happens(&self, service: &Handle, event: Happened) -> types::Status {
        self.tell(service, event, None).await
    }

    async fn tell(&self, service: &Handle, event: Happened, delay: Option<Delay>) -> types::Status {
        let sender = self.session.lock().unwrap().clone().unwrap();
        let sent = sender.send(Event::Happened(event, delay)).await;
        assert!(sent.is_ok());
        while sender.capacity() < sender.max_capacity() {
            tokio::task::yield_now().await;
        }
        service.ask(&us(), Status).await.unwrap()
    }
}

/// Returns the text of a refused request for a code.
async fn refused(service: &Handle) -> String {
    match code(service, "a", Wish::default()).await {
        Err(Error::Locked(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_screen_locks_opens_with_the_screen() {
    let (world, service) = one_account().await;
    let status = world.happens(&service, LOCKED).await;
    assert!(status.locked && !status.locked_by_user);
    assert_eq!(
        (status.locked_because.as_str(), status.accounts),
        ("screen", None)
    );
    let text = refused(&service).await;
    assert_eq!(text, "the accounts are locked because the screen is locked");
    world.happens(&service, UNLOCKED).await;
    service.public().wait_for(|now| !now.locked).await.unwrap();
    assert!(code(&service, "a", Wish::default()).await.is_ok());
}

#[tokio::test]
async fn a_screen_that_is_unlocked_does_not_undo_the_users_lock() {
    let (world, service) = one_account().await;
    // Before the screen is locked, or while it is.
    for events in [[LOCKED, UNLOCKED].as_slice(), &[UNLOCKED]] {
        service.ask(&us(), Lock).await.unwrap();
        for event in events {
            let status = world.happens(&service, *event).await;
            assert!(status.locked_by_user, "{event:?}");
        }
        assert!(refused(&service).await.contains("until you unlock them"));
        service.unlock(&us()).await.unwrap();
        world.happens(&service, LOCKED).await;
    }
}

#[tokio::test]
async fn the_lock_of_the_screen_is_not_noted() {
    let (world, service) = one_account().await;
    world.happens(&service, LOCKED).await;
    assert!(!world.journal.notes.lock().unwrap().locked);
    drop(service);
    assert!(code(&world.start(), "a", Wish::default()).await.is_ok());
}

#[tokio::test]
async fn a_locked_screen_is_known_before_the_first_request() {
    let (world, service) = one_account().await;
    drop(service);
    let world = World {
        told: vec![LOCKED],
        ..world
    };
    let service = world.start();
    assert!(refused(&service).await.contains("the screen is locked"));
    world.happens(&service, UNLOCKED).await;
    assert!(code(&service, "a", Wish::default()).await.is_ok());
}

/// Notes, when it is dropped, whether the accounts were known to be locked.
struct Noted(Handle, Arc<Mutex<Vec<bool>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        let locked = self.0.public().borrow().locked;
        self.1.lock().unwrap().push(locked);
    }
}

#[tokio::test]
async fn the_system_sleeps_once_the_accounts_are_locked() {
    let (world, service) = one_account().await;
    let dropped = Arc::default();
    let delay = Box::new(Noted(service.clone(), Arc::clone(&dropped)));
    let sleep = Happened::Sleep(true);
    let status = world.tell(&service, sleep, Some(delay)).await;
    assert_eq!(status.locked_because, "suspend");
    while dropped.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(*dropped.lock().unwrap(), [true]);
    // Nothing opens them again before the system sleeps, whether or not somebody asks for it.
    for _ in 0..2 {
        assert!(refused(&service).await.contains("about to sleep"));
        assert!(service.unlock(&us()).await.is_err());
    }
    let status = world.happens(&service, Happened::Sleep(false)).await;
    assert!(status.locked, "nobody has asked for anything");
    assert!(code(&service, "a", Wish::default()).await.is_ok());
    assert!(!service.public().borrow().locked);
}

#[tokio::test]
async fn a_lock_by_the_user_does_not_keep_the_system_awake() {
    let (world, service) = one_account().await;
    service.ask(&us(), Lock).await.unwrap();
    let dropped = Arc::default();
    let delay = Box::new(Noted(service.clone(), Arc::clone(&dropped)));
    let sleep = Happened::Sleep(true);
    world.tell(&service, sleep, Some(delay)).await;
    while dropped.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    world.happens(&service, Happened::Sleep(false)).await;
    assert!(refused(&service).await.contains("until you unlock them"));
}

#[tokio::test]
async fn a_screen_that_stays_locked_long_is_idle_time() {
    let world = World {
        idle: Some(Duration::from_secs(600)),
        ..World::new()
    };
    let service = world.start();
    let added = service.change(&us(), add(fields("a", "totp"))).await;
    added.unwrap();
    for (away, locked) in [
        (Duration::from_secs(599), false),
        (Duration::from_secs(600), true),
    ] {
        world.happens(&service, LOCKED).await;
        world.clock.pass(away.as_secs());
        world.happens(&service, UNLOCKED).await;
        assert_eq!(code(&service, "a", Wish::default()).await.is_err(), locked);
    }
    assert!(world.journal.notes.lock().unwrap().locked);
    service.unlock(&us()).await.unwrap();
    // A closed lid counts too.
    world.happens(&service, Happened::Sleep(true)).await;
    world.clock.pass(600);
    world.happens(&service, Happened::Sleep(false)).await;
    assert!(refused(&service).await.contains("until you unlock them"));
}

#[tokio::test]
async fn the_user_may_unlock_from_elsewhere_while_the_screen_is_locked() {
    let (world, service) = one_account().await;
    world.happens(&service, LOCKED).await;
    service.unlock(&us()).await.unwrap();
    assert!(code(&service, "a", Wish::default()).await.is_ok());
    let again = Happened::Screen(Source::Login, true);
    world.happens(&service, again).await;
    assert!(refused(&service).await.contains("the screen is locked"));
}

#[tokio::test]
async fn the_end_of_the_session_locks_until_the_next_request() {
    let (world, service) = one_account().await;
    let status = world.happens(&service, Happened::End).await;
    assert!(status.locked);
    assert_eq!(status.locked_because, "session-end");
    assert!(code(&service, "a", Wish::default()).await.is_ok());
}

#[tokio::test]
async fn accounts_may_outlast_the_session_though_not_its_screen() {
    for (stays_open, outlasts_session) in [(false, true), (true, false), (true, true)] {
        let world = World {
            stays_open,
            outlasts_session,
            ..World::new()
        };
        let service = world.start();
        let added = service.change(&us(), add(fields("a", "totp"))).await;
        added.unwrap();
        let status = world.happens(&service, Happened::End).await;
        assert_eq!(status.locked, !outlasts_session);
        assert!(code(&service, "a", Wish::default()).await.is_ok());
        assert_eq!(world.happens(&service, LOCKED).await.locked, !stays_open);
        world.happens(&service, Happened::End).await;
        // What the screen has locked is opened by the next request: nobody unlocks that screen any more.
        assert!(code(&service, "a", Wish::default()).await.is_ok());
    }
}

#[tokio::test]
async fn a_locked_screen_ends_waiting() {
    let (world, service) = one_account().await;
    code(&service, "a", Wish::default()).await.unwrap();
    let waiting = tokio::spawn({
        let service = service.clone();
        async move { code(&service, "a", fresh()).await }
    });
    tokio::task::yield_now().await;
    service.ask(&us(), List).await.unwrap();
    world.happens(&service, LOCKED).await;
    let Err(Error::Locked(text)) = waiting.await.unwrap() else {
        panic!("it was answered");
    };
    assert!(text.contains("the screen is locked"), "{text}");
}
