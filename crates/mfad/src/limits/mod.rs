//! How much one program may have under way, so that nobody uses up what all need.
//!
//! Limits are per process, and not per connection: a program that opens many connections has no more
//! than one that opens few. A connection of which too much is under way is not read from, so that its
//! client waits; nothing is lost. On the session bus, where all share one connection, a call too many
//! is refused instead.
//!
//! | file | what it limits |
//! |---|---|
//! | `process` | what one process has: connections, calls, long answers |
//! | `connection` | what one private connection has under way |
//! | `bus` | the session bus, and each sender there |
//! | `work` | memory that a burst leaves behind, and who makes a long answer |

mod bus;
mod connection;
mod process;
mod work;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mfa_core::access::Caller;
use tokio::sync::Notify;

pub use bus::{Bus, BusCall};
pub(crate) use connection::Call;
pub use connection::Connection;
pub use process::Process;
use work::Work;

/// How many private connections there may be.
const CONNECTIONS_OF_ALL: usize = 256;
/// How many of them one process may have.
const CONNECTIONS: usize = 32;
/// How many calls one connection may have under way.
const CALLS: usize = 8;
/// How many calls all connections of one process, or one sender on the session bus, may have under way.
const CALLS_OF_ALL: usize = 16;

/// All that is limited. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    processes: Arc<Mutex<HashMap<Key, Weak<Process>>>>,
    /// The oldest first.
    connections: Arc<Mutex<Vec<Weak<Connection>>>>,
    senders: bus::Senders,
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

    /// A place for another connection of a process, unless there are too many.
    ///
    /// Where all are taken, somebody who has more than it gives one up. So a program that starts many
    /// others, each with many connections, keeps nobody out.
    #[must_use]
    pub fn connect(&self, process: &Arc<Process>) -> Option<Arc<Connection>> {
        let mut all = lock(&self.connections);
        all.retain(|connection| connection.strong_count() > 0);
        let own = process.connections();
        if own >= CONNECTIONS || all.len() >= CONNECTIONS_OF_ALL && !make_room(&all, own) {
            return None;
        }
        let connection = Arc::new(Connection::new(process));
        all.push(Arc::downgrade(&connection));
        Some(connection)
    }

    /// A place for another call of a sender on the session bus, unless it has too many.
    ///
    /// It is known by its name there: to ask who is behind it would be a call for each call.
    #[must_use]
    pub fn bus_call(&self, sender: &str) -> Option<BusCall> {
        BusCall::begin(&self.senders, sender)
    }

    /// What holds the session bus back.
    #[must_use]
    pub fn bus(&self) -> Arc<Bus> {
        Arc::new(Bus::new(Arc::clone(&self.work)))
    }

    /// Gives memory back after a burst of work; never returns.
    pub async fn tidy(&self) {
        self.work.tidy().await;
    }
}

/// Has the process that has the most connections, more than `own` and another one, give up its oldest one
/// that is idle. Says whether there is any.
fn make_room(all: &[Weak<Connection>], own: usize) -> bool {
    let idle = all.iter().filter_map(Weak::upgrade);
    let idle = idle.filter(|connection| connection.is_idle());
    // Of equals the last one is taken, which is the oldest.
    let most = idle
        .rev()
        .max_by_key(|connection| connection.of_its_process());
    most.filter(|connection| connection.of_its_process() > own + 1)
        .inspect(|connection| connection.give_up())
        .is_some()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Resolves when something holds, which may change whenever `changed` is told.
async fn when(changed: &Notify, holds: impl Fn() -> bool) {
    loop {
        let told = changed.notified();
        tokio::pin!(told);
        // What is told from here on is not missed.
        told.as_mut().enable();
        if holds() {
            return;
        }
        told.await;
    }
}
