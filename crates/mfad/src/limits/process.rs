//! The connections, calls and long answers of one process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::CALLS_OF_ALL;
use super::work::Work;

/// The number of calls of one process that may wait for a code to become valid.
const WAITING: usize = 8;
/// The number of long answers of one process that may be being made or waiting to be read.
const ANSWERS: usize = 2;

/// A process, and the counters of what it has under way.
#[derive(Debug)]
pub struct Process {
    pub(super) connections: AtomicUsize,
    /// How many of the connections were given up and are still ending.
    pub(super) given_up: AtomicUsize,
    pub(super) calls: AtomicUsize,
    /// Notified whenever one of its calls has ended.
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
            given_up: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            changed: Notify::new(),
            work,
            waiting: Semaphore::new(WAITING),
            answers: Arc::new(Semaphore::new(ANSWERS)),
        }
    }

    /// Returns the number of its private connections.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Returns the number of its private connections that were not given up.
    pub(super) fn staying(&self) -> usize {
        let given_up = self.given_up.load(Ordering::Relaxed);
        self.connections().saturating_sub(given_up)
    }

    /// Counts a call on the session bus until the returned value is dropped, unless the process has too many.
    pub(crate) fn call(self: &Arc<Self>) -> Option<ProcessCall> {
        let count = |calls| (calls < CALLS_OF_ALL).then_some(calls + 1);
        let counted = self
            .calls
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
        counted.ok().map(|_| ProcessCall(Arc::clone(self)))
    }

    /// Reserves a place for another call that waits for its code, unless there are too many.
    pub(crate) fn wait(&self) -> Option<SemaphorePermit<'_>> {
        self.waiting.try_acquire().ok()
    }

    /// Waits until the process may have another long answer: answers that it has not read yet count too. The
    /// place is freed when the permit is dropped.
    pub(crate) async fn answer(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.answers).acquire_owned().await.ok()
    }

    /// Waits until no other long answer is being made, for any process.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.work.turn().await
    }
}

/// A call of a process on the session bus, for as long as it is under way.
#[derive(Debug)]
pub(crate) struct ProcessCall(Arc<Process>);

impl Drop for ProcessCall {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
        self.0.changed.notify_waiters();
    }
}
