//! The costs of a burst of work for everybody else: memory that stays with the allocator, and long answers in a
//! row.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// The number of bytes after which it is worth looking for free memory.
const MUCH: usize = 1024 * 1024;
/// How long work that is under way has to end before memory is given back.
const PAUSE: Duration = Duration::from_secs(5);

/// The work that was done for all processes.
#[derive(Debug)]
pub(super) struct Work {
    /// The number of bytes that have passed since memory was last given back.
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
    /// Counts bytes that have passed.
    pub(super) fn done(&self, bytes: usize) {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before < MUCH && before.saturating_add(bytes) >= MUCH {
            self.much.notify_one();
        }
    }

    /// Gives memory back after much work, until there is little again; never returns.
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

    /// Waits for a turn to make a long answer. Many of them at once would be one long wait for everybody else.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        let turn = self.turn.acquire().await.ok();
        tokio::task::yield_now().await;
        turn
    }
}
