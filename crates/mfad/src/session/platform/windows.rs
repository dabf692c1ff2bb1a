//! Windows: a window that nobody sees is told about the screen, the sleep and the end of the session.
//!
//! The system sleeps as soon as the window has handled the message about it. So its thread waits until the accounts
//! are locked, for a moment at most: the system itself does not wait longer.

use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use mfa_core::lock::{self, Policy, Source};
use mfa_sys::session::{self, Window};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::session::Event;

/// How long the thread of the window waits for the service.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a full queue is tried again.
const PAUSE: Duration = Duration::from_millis(10);
/// How often the service of the system that knows the sessions is tried, and how long to wait in between: it starts
/// with the system, and a daemon may be earlier.
const TRIES: u32 = 6;
const BETWEEN_TRIES: Duration = Duration::from_secs(10);

/// Reports until the service has ended.
pub(in crate::session) async fn watch(
    _: Policy,
    _: Option<zbus::Connection>,
    events: mpsc::Sender<Event>,
) {
    let heard = events.clone();
    let open = move || Window::open(move |event| tell(&heard, event, PATIENCE));
    let window = match tokio::task::spawn_blocking(open).await {
        Ok(Ok(window)) => window,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the system does not tell about the session, so nothing locks with it");
            return;
        }
        // The runtime ends.
        Err(_) => return,
    };
    let mut is_heard = hear(&window, &events).await;
    drop(events.send(Event::Known).await);
    for _ in 1..TRIES {
        if is_heard {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_TRIES) => is_heard = hear(&window, &events).await,
            () = events.closed() => return,
        }
    }
    if !is_heard {
        tracing::warn!(
            "the system does not tell when the screen is locked, so nothing locks with it"
        );
    }
    events.closed().await;
}

/// Begins to hear of the screen, and tells whether it is locked now. Returns whether that worked.
async fn hear(window: &Window, events: &mpsc::Sender<Event>) -> bool {
    if let Err(error) = window.hear_of_screen() {
        tracing::info!(%error, "not listening to the screen");
        return false;
    }
    if let Some(locked) = session::is_screen_locked() {
        let event = lock::Event::Screen(Source::Login, locked);
        // A service that has ended has nothing left to lock.
        drop(events.send(Event::Happened(event, None)).await);
    }
    true
}

/// Tells the service, and waits until it has done what has to be done first.
fn tell(events: &mpsc::Sender<Event>, event: session::Event, patience: Duration) {
    let deadline = Instant::now() + patience;
    let (event, waits) = match event {
        session::Event::Screen(locked) => (lock::Event::Screen(Source::Login, locked), false),
        session::Event::Sleep(sleeps) => (lock::Event::Sleep(sleeps), sleeps),
        session::Event::End => (lock::Event::End, true),
    };
    let (delay, done) = sync_channel::<()>(0);
    let delay = waits.then(|| Box::new(delay) as crate::session::Delay);
    let mut sending = Event::Happened(event, delay);
    while let Err(TrySendError::Full(unsent)) = events.try_send(sending) {
        if Instant::now() >= deadline {
            tracing::warn!(
                ?event,
                "the service does not take what happened to the session"
            );
            return;
        }
        // This thread delays the sleep of the system as long as it waits, so it may block.
        std::thread::sleep(PAUSE);
        sending = unsent;
    }
    // Nothing is sent through it. It ends when the delay is dropped.
    let left = deadline.saturating_duration_since(Instant::now());
    if waits && done.recv_timeout(left) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
        tracing::warn!(?event, "the accounts are not locked in time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough for a busy machine.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn the_system_sleeps_only_after_the_lock() {
        for (event, expected) in [
            (session::Event::Sleep(true), lock::Event::Sleep(true)),
            (session::Event::End, lock::Event::End),
        ] {
            let (sender, mut events) = mpsc::channel(1);
            let telling = std::thread::spawn(move || tell(&sender, event, LONG));
            let Some(Event::Happened(event, Some(delay))) = events.blocking_recv() else {
                panic!("there is no delay");
            };
            assert_eq!(event, expected);
            assert!(!telling.is_finished());
            drop(delay);
            telling.join().unwrap();
        }
    }

    #[test]
    fn the_system_does_not_wait_for_a_service_that_hangs() {
        let (sender, mut events) = mpsc::channel(1);
        let short = Duration::from_millis(50);
        tell(&sender, session::Event::Sleep(true), short);
        // The queue is full now.
        tell(&sender, session::Event::Screen(true), short);
        assert!(matches!(
            events.try_recv(),
            Ok(Event::Happened(lock::Event::Sleep(true), Some(_)))
        ));
        assert!(events.try_recv().is_err());
        drop(events);
        tell(&sender, session::Event::End, LONG);
    }

    #[test]
    fn the_screen_waits_for_nothing() {
        let (sender, mut events) = mpsc::channel(2);
        tell(&sender, session::Event::Screen(true), LONG);
        tell(&sender, session::Event::Sleep(false), LONG);
        let screen = lock::Event::Screen(Source::Login, true);
        for expected in [screen, lock::Event::Sleep(false)] {
            let Ok(Event::Happened(event, None)) = events.try_recv() else {
                panic!("something is missing, or waits");
            };
            assert_eq!(event, expected);
        }
    }

    #[tokio::test]
    async fn everything_is_known_at_some_time_or_the_channel_is_closed() {
        let policy = Policy {
            screen: true,
            suspend: true,
            ..Policy::default()
        };
        let (sender, mut events) = mpsc::channel(16);
        let watching = tokio::spawn(watch(policy, None, sender));
        // Where there is no desktop, as in wine without a screen, there is no window.
        while let Some(event) = events.recv().await {
            if matches!(event, Event::Known) {
                break;
            }
        }
        drop(events);
        watching.await.unwrap();
    }
}
