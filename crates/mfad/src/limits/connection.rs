//! The calls that one private connection has under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mfa_ipc::transport::stream::Gate;
use tokio::sync::Notify;

use super::process::Process;
use super::{CALLS, CALLS_OF_ALL, when};

/// How long a client may read nothing of an answer. Other clients want its place.
const UNTAKEN: Duration = Duration::from_secs(10);

/// A private connection, and the number of calls that it has under way.
#[derive(Debug)]
pub struct Connection {
    calls: AtomicUsize,
    sending: AtomicBool,
    is_given_up: AtomicBool,
    given_up: Notify,
    process: Arc<Process>,
}

impl Connection {
    pub(super) fn new(process: &Arc<Process>) -> Self {
        process.connections.fetch_add(1, Ordering::Relaxed);
        Self {
            calls: AtomicUsize::new(0),
            sending: AtomicBool::new(false),
            is_given_up: AtomicBool::new(false),
            given_up: Notify::new(),
            process: Arc::clone(process),
        }
    }

    /// Counts a call until the returned value is dropped.
    pub(crate) fn call(self: &Arc<Self>) -> Call {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.process.calls.fetch_add(1, Ordering::Relaxed);
        Call(Arc::clone(self))
    }

    /// Resolves when no call is under way.
    pub(crate) async fn at_rest(&self) {
        let is_at_rest = || self.calls.load(Ordering::Relaxed) == 0;
        when(&self.process.changed, is_at_rest).await;
    }

    /// Resolves when its place is needed for another connection.
    pub(crate) async fn given_up(&self) {
        self.given_up.notified().await;
    }

    pub(super) fn give_up(&self) {
        if !self.is_given_up.swap(true, Ordering::Relaxed) {
            self.process.given_up.fetch_add(1, Ordering::Relaxed);
        }
        self.given_up.notify_one();
    }

    /// Returns whether it was given up and is still ending.
    pub(super) fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }

    /// Returns whether no call is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.calls.load(Ordering::Relaxed) == 0
    }

    /// Returns the number of connections of its process that were not given up.
    pub(super) fn of_its_process(&self) -> usize {
        self.process.staying()
    }

    pub(super) fn may_read(&self) -> bool {
        !self.sending.load(Ordering::Relaxed)
            && self.calls.load(Ordering::Relaxed) < CALLS
            && self.process.calls.load(Ordering::Relaxed) < CALLS_OF_ALL
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.process.connections.fetch_sub(1, Ordering::Relaxed);
        if self.is_given_up() {
            self.process.given_up.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[async_trait]
impl Gate for Connection {
    async fn open(&self) {
        when(&self.process.changed, || self.may_read()).await;
    }

    fn sending(&self, sending: bool) {
        self.sending.store(sending, Ordering::Relaxed);
        if !sending {
            self.process.changed.notify_waiters();
        }
    }

    fn passed(&self, bytes: usize) {
        self.process.work.done(bytes);
    }

    fn patience(&self) -> Option<Duration> {
        Some(UNTAKEN)
    }

    fn stuck(&self) {
        self.give_up();
    }
}

/// A call on a private connection, for as long as it is under way.
#[derive(Debug)]
pub(crate) struct Call(Arc<Connection>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
        self.0.process.calls.fetch_sub(1, Ordering::Relaxed);
        self.0.process.changed.notify_waiters();
    }
}
