//! How much one program may have under way, so that nobody uses up what all need.
//!
//! Limits are per process, and not per connection: a program that opens many connections has no more
//! than one that opens few. A connection of which too much is under way is not read from, so that its
//! client waits; nothing is lost. On the session bus, where all share one connection, a call too many
//! is refused instead.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use mfa_core::access::Caller;
use mfa_ipc::transport::stream::Gate;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// How many private connections one process may have.
pub const CONNECTIONS: usize = 32;
/// How many calls one connection may have under way.
const CALLS: usize = 8;
/// How many calls all connections of one process may have under way.
const CALLS_OF_ALL: usize = 16;
/// How many calls of one process may wait for a code to become valid.
const WAITING: usize = 8;
/// How many long answers of one process may be made, or wait to be taken.
const ANSWERS: usize = 2;

/// All processes that have something under way. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    processes: Arc<Mutex<HashMap<Key, Weak<Process>>>>,
    senders: Arc<Mutex<HashMap<String, usize>>>,
    work: Arc<Work>,
}

/// A process id, and when that process was started. All that we cannot see count as one.
type Key = (u32, u64);

impl Limits {
    /// What a process has under way.
    #[must_use]
    pub fn process(&self, caller: &Caller) -> Arc<Process> {
        let mut processes = lock(&self.processes);
        let key = (caller.pid, caller.start_time);
        if let Some(process) = processes.get(&key).and_then(Weak::upgrade) {
            return process;
        }
        processes.retain(|_, process| process.strong_count() > 0);
        let process = Arc::new(Process::new(Arc::clone(&self.work)));
        processes.insert(key, Arc::downgrade(&process));
        process
    }

    /// A place for another call of a sender on the session bus, unless it has too many.
    ///
    /// It is known by its name there: to ask who is behind it would be a call for each call.
    #[must_use]
    pub fn bus_call(&self, sender: &str) -> Option<BusCall> {
        let mut senders = lock(&self.senders);
        let calls = senders.entry(sender.to_owned()).or_default();
        if *calls >= CALLS_OF_ALL {
            return None;
        }
        *calls += 1;
        Some(BusCall {
            senders: Arc::clone(&self.senders),
            sender: sender.to_owned(),
        })
    }

    /// Counts what passes over the session bus, where many calls need nothing of us. Returns with the bus;
    /// never, without one.
    pub async fn watch(&self, bus: Option<&zbus::Connection>) {
        let Some(bus) = bus else {
            return std::future::pending().await;
        };
        while !bus.is_closed() {
            bus.monitor_activity().await;
            self.work.done(A_MESSAGE);
        }
    }

    /// Gives memory back after a burst of work; never returns.
    pub async fn tidy(&self) {
        loop {
            self.work.much.notified().await;
            loop {
                tokio::time::sleep(TIDY_PAUSE).await;
                let done = self.work.bytes.swap(0, Ordering::Relaxed);
                mfa_sys::memory::give_back();
                if done < MUCH {
                    break;
                }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one process has under way.
#[derive(Debug)]
pub struct Process {
    connections: AtomicUsize,
    calls: AtomicUsize,
    waiting: Semaphore,
    answers: Arc<Semaphore>,
    changed: Notify,
    work: Arc<Work>,
}

impl Default for Process {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl Process {
    fn new(work: Arc<Work>) -> Self {
        Self {
            connections: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            waiting: Semaphore::new(WAITING),
            answers: Arc::new(Semaphore::new(ANSWERS)),
            changed: Notify::new(),
            work,
        }
    }

    /// A place for another connection, unless there are too many.
    #[must_use]
    pub fn connect(self: &Arc<Self>) -> Option<Arc<Connection>> {
        let connection = Connection {
            calls: AtomicUsize::new(0),
            sending: AtomicBool::new(false),
            process: Arc::clone(self),
        };
        // Dropping it gives the place back.
        let others = self.connections.fetch_add(1, Ordering::Relaxed);
        (others < CONNECTIONS).then(|| Arc::new(connection))
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

    /// Waits until no other long answer is being made, for whomever: many of them at once would be one long
    /// wait for all others.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        let turn = self.work.turn.acquire().await.ok();
        tokio::task::yield_now().await;
        turn
    }
}

/// A call on the session bus, for as long as it is under way.
#[derive(Debug)]
pub struct BusCall {
    senders: Arc<Mutex<HashMap<String, usize>>>,
    sender: String,
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

/// What one private connection has under way.
#[derive(Debug)]
pub struct Connection {
    calls: AtomicUsize,
    sending: AtomicBool,
    process: Arc<Process>,
}

impl Connection {
    /// Counts a call, until what comes back is dropped.
    pub(crate) fn call(self: &Arc<Self>) -> Call {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.process.calls.fetch_add(1, Ordering::Relaxed);
        Call(Arc::clone(self))
    }

    /// Resolves when no call is under way.
    pub(crate) async fn at_rest(&self) {
        self.when(|| self.calls.load(Ordering::Relaxed) == 0).await;
    }

    /// Resolves when something holds, which may change with each call that ends.
    async fn when(&self, holds: impl Fn() -> bool) {
        loop {
            let changed = self.process.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if holds() {
                return;
            }
            changed.await;
        }
    }

    fn may_read(&self) -> bool {
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
        self.when(|| self.may_read()).await;
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

/// What a message on the session bus counts for, in bytes.
const A_MESSAGE: usize = 2048;
/// After so many bytes it is worth to look for memory that is free.
const MUCH: usize = 1024 * 1024;
/// How long what is under way has to end, before memory is given back.
const TIDY_PAUSE: Duration = Duration::from_secs(5);

/// How much was done since memory was given back.
#[derive(Debug)]
struct Work {
    bytes: AtomicUsize,
    much: Notify,
    /// Whose turn it is to make a long answer.
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
    fn done(&self, bytes: usize) {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before < MUCH && before.saturating_add(bytes) >= MUCH {
            self.much.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use mfa_core::access::{Executable, Transport};

    use super::*;

    fn caller(pid: u32) -> Caller {
        Caller {
            pid,
            start_time: 1,
            executable: Executable::Unreadable,
            transport: Transport::Private,
        }
    }

    #[test]
    fn one_process_has_so_many_connections_and_another_has_its_own() {
        let limits = Limits::default();
        let mut places: Vec<_> = (0..CONNECTIONS)
            .map(|_| limits.process(&caller(1)).connect().unwrap())
            .collect();
        assert!(limits.process(&caller(1)).connect().is_none());
        assert!(limits.process(&caller(2)).connect().is_some());
        places.pop();
        assert!(limits.process(&caller(1)).connect().is_some());
        drop(places);
        let _other = limits.process(&caller(3));
        assert_eq!(lock(&limits.processes).len(), 1, "who is gone is forgotten");
    }

    #[tokio::test]
    async fn a_connection_is_read_from_while_little_is_under_way() {
        let limits = Limits::default();
        let process = limits.process(&caller(1));
        let (one, two) = (process.connect().unwrap(), process.connect().unwrap());
        one.open().await;
        one.sending(true);
        assert!(!one.may_read() && two.may_read());
        one.sending(false);
        let mut calls: Vec<_> = (0..CALLS).map(|_| one.call()).collect();
        assert!(!one.may_read() && two.may_read());
        calls.extend((CALLS..CALLS_OF_ALL).map(|_| two.call()));
        let third = process.connect().unwrap();
        assert!(!third.may_read(), "the process has enough");
        let opened = tokio::spawn(async move { third.open().await });
        calls.pop();
        opened.await.unwrap();
    }

    #[test]
    fn a_sender_on_the_bus_has_so_many_calls() {
        let limits = Limits::default();
        let calls: Vec<_> = (0..CALLS_OF_ALL)
            .map_while(|_| limits.bus_call(":1.1"))
            .collect();
        assert_eq!(calls.len(), CALLS_OF_ALL);
        assert!(limits.bus_call(":1.1").is_none());
        assert!(limits.bus_call(":1.2").is_some());
        drop(calls);
        assert!(lock(&limits.senders).is_empty());
        assert!(limits.bus_call(":1.1").is_some());
    }

    #[tokio::test]
    async fn long_answers_wait_for_those_that_are_not_taken() {
        let process = Process::default();
        let first = process.answer().await.unwrap();
        let _second = process.answer().await.unwrap();
        let third = process.answer();
        tokio::pin!(third);
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        assert!(third.await.is_some());
    }
}
