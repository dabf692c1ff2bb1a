//! The session bus, which all programs share: it is read no faster than it takes our answers, and the calls of
//! each sender are limited.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mfa_ipc::transport::stream::Gate;
use tokio::sync::Notify;

use super::work::Work;
use super::{CALLS_OF_ALL, lock, when};

/// The connection to the session bus.
///
/// Calls are not counted here: some of them wait for long, and those of others would have to wait too.
#[derive(Debug)]
pub struct Bus {
    sending: AtomicBool,
    sent: Notify,
    work: Arc<Work>,
}

impl Bus {
    pub(super) fn new(work: Arc<Work>) -> Self {
        Self {
            sending: AtomicBool::new(false),
            sent: Notify::new(),
            work,
        }
    }
}

#[async_trait]
impl Gate for Bus {
    async fn open(&self) {
        when(&self.sent, || !self.sending.load(Ordering::Relaxed)).await;
    }

    fn sending(&self, sending: bool) {
        self.sending.store(sending, Ordering::Relaxed);
        if !sending {
            self.sent.notify_waiters();
        }
    }

    fn passed(&self, bytes: usize) {
        self.work.done(bytes);
    }
}

/// The number of calls that each sender has under way.
pub(super) type Senders = Arc<Mutex<HashMap<String, usize>>>;

/// A call on the session bus, for as long as it is under way.
#[derive(Debug)]
pub struct BusCall {
    senders: Senders,
    sender: String,
}

impl BusCall {
    pub(super) fn begin(senders: &Senders, sender: &str) -> Option<Self> {
        let mut counted = lock(senders);
        let calls = counted.entry(sender.to_owned()).or_default();
        if *calls >= CALLS_OF_ALL {
            return None;
        }
        *calls += 1;
        Some(Self {
            senders: Arc::clone(senders),
            sender: sender.to_owned(),
        })
    }
}

impl Drop for BusCall {
    fn drop(&mut self) {
        let mut senders = lock(&self.senders);
        if let Some(calls) = senders.get_mut(&self.sender) {
            *calls -= 1;
            if *calls == 0 {
                senders.remove(&self.sender);
            }
        }
    }
}
