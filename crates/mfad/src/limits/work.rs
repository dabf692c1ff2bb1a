//! What a burst of work costs all others: memory that stays with the allocator, and long answers in a row.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// After so many bytes it is worth to look for memory that is free.
const MUCH: usize = 1024 * 1024;
/// How long what is under way has to end, before memory is given back.
const PAUSE: Duration = Duration::from_secs(5);

/// What was done for everybody.
#[derive(Debug)]
pub(super) struct Work {
    /// How many bytes have passed since memory was given back.
    bytes: AtomicUsize,
    much: Notify,
    turn: Semaphore,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            bytes: AtomicUsize::new(0),
            much: Notify::new(),
            turn: Semaphore::new(1),
        }
    }
}

impl Work {
    /// So many bytes have passed.
    pub(super) fn done(&self, bytes: usize) {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before < MUCH && before.saturating_add(bytes) >= MUCH {
            self.much.notify_one();
        }
    }

    /// Gives memory back after much work, until there is little; never returns.
    pub(super) async fn tidy(&self) {
        loop {
            self.much.notified().await;
            loop {
                tokio::time::sleep(PAUSE).await;
                let done = self.bytes.swap(0, Ordering::Relaxed);
                mfa_sys::memory::give_back();
                if done < MUCH {
                    break;
                }
            }
        }
    }

    /// Waits for its turn to make a long answer: many of them at once would be one long wait for all others.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        let turn = self.turn.acquire().await.ok();
        tokio::task::yield_now().await;
        turn
    }
}
