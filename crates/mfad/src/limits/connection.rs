//! What one private connection has under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use mfa_ipc::transport::stream::Gate;
use tokio::sync::Notify;

use super::process::Process;
use super::{CALLS, CALLS_OF_ALL, when};

/// What one private connection has under way.
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

    /// Counts a call, until what comes back is dropped.
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

    /// Resolves when its place is needed for somebody else.
    pub(crate) async fn given_up(&self) {
        self.given_up.notified().await;
    }

    pub(super) fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
        self.given_up.notify_one();
    }

    /// Whether nobody would miss anything, and it is not on its way out.
    pub(super) fn is_idle(&self) -> bool {
        self.calls.load(Ordering::Relaxed) == 0 && !self.is_given_up.load(Ordering::Relaxed)
    }

    /// How many connections its process has.
    pub(super) fn of_its_process(&self) -> usize {
        self.process.connections()
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
