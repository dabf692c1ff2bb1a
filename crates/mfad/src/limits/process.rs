//! What one process has under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::work::Work;

/// How many calls of one process may wait for a code to become valid.
const WAITING: usize = 8;
/// How many long answers of one process may be made, or wait to be taken.
const ANSWERS: usize = 2;

/// What one process has under way.
#[derive(Debug)]
pub struct Process {
    pub(super) connections: AtomicUsize,
    pub(super) calls: AtomicUsize,
    /// Told whenever something of it has ended.
    pub(super) changed: Notify,
    pub(super) work: Arc<Work>,
    waiting: Semaphore,
    answers: Arc<Semaphore>,
}

impl Default for Process {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl Process {
    pub(super) fn new(work: Arc<Work>) -> Self {
        Self {
            connections: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            changed: Notify::new(),
            work,
            waiting: Semaphore::new(WAITING),
            answers: Arc::new(Semaphore::new(ANSWERS)),
        }
    }

    /// How many private connections it has.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// A place for another call that waits for its code, unless there are too many.
    pub(crate) fn wait(&self) -> Option<SemaphorePermit<'_>> {
        self.waiting.try_acquire().ok()
    }

    /// Waits for its turn to make a long answer: those that the process does not take come first. The turn
    /// is given back when the permit is dropped.
    pub(crate) async fn answer(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.answers).acquire_owned().await.ok()
    }

    /// Waits until no other long answer is being made, for whomever.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.work.turn().await
    }
}
