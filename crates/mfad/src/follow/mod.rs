//! Keeps the accounts in step with the file of the configuration, without being asked.
//!
//! A few seconds after something has happened, the accounts are synchronised with the file: after a change of the
//! accounts, when they are opened, when the file or a conflict copy beside it has changed, and when a person has
//! synchronised. After a code of a counter-based account, it takes a little longer, because others may follow. While the
//! accounts are locked, nothing happens. What follows from a synchronisation itself is no reason for another one: the
//! revision of the accounts and a fingerprint of the file tell it apart.
//!
//! What fails is tried again with the next of these events. If it may pass by itself, as a folder that is missing, it is
//! also tried again after a while.

mod follower;
mod platform;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use crate::keychain::Keychain;
use crate::service::{Handle, Signal};
use follower::Follower;
use platform::Watch;

/// How long after an event the accounts are synchronised. Others may follow.
const PAUSE: Duration = Duration::from_secs(3);
/// How long after a code was counted.
const PAUSE_TO_COUNT: Duration = Duration::from_secs(30);
/// How long after a failure that may pass by itself.
const RETRY: Duration = Duration::from_secs(5 * 60);

/// Follows a file until the service ends.
pub(crate) async fn run(service: Handle, keychain: Keychain, path: PathBuf) {
    let mut signals = service.signals();
    let mut follower = Follower::new(service.clone(), keychain, path).await;
    let mut watch = None;
    let mut due = Some(Instant::now() + PAUSE);
    let mut retry = None;
    loop {
        let pause = tokio::select! {
            signal = signals.recv() => match signal {
                Ok(Signal::AccountsChanged { revision }) => (!follower.knows(revision)).then_some(PAUSE),
                Ok(Signal::CounterMoved) => Some(PAUSE_TO_COUNT),
                Ok(_) => None,
                Err(RecvError::Lagged(_)) => Some(PAUSE),
                Err(RecvError::Closed) => return,
            },
            () = service.others_synced() => Some(PAUSE),
            changed = changed(&mut watch) => match changed {
                Ok(()) => follower.has_news().await.then_some(PAUSE),
                Err(_) => {
                    watch = None;
                    Some(PAUSE)
                }
            },
            () = until(retry) => {
                retry = None;
                Some(PAUSE)
            }
            () = until(due) => {
                due = None;
                // Before the file is read, so that no change is missed in between.
                if watch.is_none() {
                    watch = Watch::new(follower.path()).await.ok();
                }
                let may_pass = follower.synchronise().await;
                retry = (may_pass || watch.is_none()).then(|| Instant::now() + RETRY);
                None
            }
        };
        if let Some(pause) = pause {
            let then = Instant::now() + pause;
            due = Some(due.map_or(then, |due| due.min(then)));
        }
    }
}

/// Waits until the file may have changed.
async fn changed(watch: &mut Option<Watch>) -> io::Result<()> {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
