//! Limits what one program may have under way, so that it cannot use up what all programs need.
//!
//! Limits are per process, not per connection: a program that opens many connections may do no more than one
//! that opens few. A connection with too many calls under way is not read from, so its client waits and nothing
//! is lost. On the session bus, where all programs share one connection, a call above the limit is refused
//! instead.
//!
//! | file | what it limits |
//! |---|---|
//! | `process` | the connections, calls and long answers of one process |
//! | `connection` | the calls of one private connection |
//! | `bus` | the session bus, and each sender there |
//! | `work` | the memory that a burst of work leaves behind, and whose turn it is to make a long answer |

mod bus;
mod connection;
mod process;
mod work;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mfa_core::access::Caller;
use thiserror::Error;
use tokio::sync::Notify;

pub use bus::{Bus, BusCall};
pub(crate) use connection::Call;
pub use connection::Connection;
pub use process::Process;
pub(crate) use process::ProcessCall;
use work::Work;

/// The number of private connections that there may be.
const CONNECTIONS_OF_ALL: usize = 256;
/// The number of connections that may be there beside them because they were given up and are still ending.
const ENDING: usize = 64;
/// The number of private connections that one process may have.
const CONNECTIONS: usize = 32;
/// The number of calls that one connection may have under way.
const CALLS: usize = 8;
/// The number of calls that all connections of one process, or one sender on the session bus, may have under
/// way.
const CALLS_OF_ALL: usize = 16;

/// The limits of the daemon. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    processes: Arc<Mutex<HashMap<Key, Weak<Process>>>>,
    /// The connections, oldest first.
    connections: Arc<Mutex<Vec<Weak<Connection>>>>,
    senders: bus::Senders,
    work: Arc<Work>,
}

/// Why a connection is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TooMany {
    /// Its process has as many as it may have.
    #[error("too many connections from this program")]
    OfProcess,
    /// All places are taken, and no process has so many that it could be asked to give one up.
    #[error("too many connections from all programs")]
    OfAll,
}

/// A process id, and the start time of that process. All processes that we cannot see count as one.
type Key = (u32, u64);

impl Limits {
    /// Returns the counters of a process.
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

    /// Reserves a place for another connection of a process.
    ///
    /// If all places are taken, a process that has more connections than this one gives one up. So a program
    /// that starts many others, each with many connections, keeps nobody out.
    ///
    /// # Errors
    /// Returns an error if the process has too many connections, or all processes together have.
    pub fn connect(&self, process: &Arc<Process>) -> Result<Arc<Connection>, TooMany> {
        let mut all = lock(&self.connections);
        all.retain(|connection| connection.strong_count() > 0);
        if process.connections() >= CONNECTIONS {
            return Err(TooMany::OfProcess);
        }
        if !has_room(&all, process.staying()) {
            return Err(TooMany::OfAll);
        }
        let connection = Arc::new(Connection::new(process));
        all.push(Arc::downgrade(&connection));
        Ok(connection)
    }

    /// Reserves a place for another call of a sender on the session bus, unless it has too many.
    ///
    /// The sender is known by its unique name until the bus has told its process; then the process is counted.
    #[must_use]
    pub fn bus_call(&self, sender: &str) -> Option<BusCall> {
        BusCall::begin(&self.senders, sender)
    }

    /// Returns the gate that holds the session bus back.
    #[must_use]
    pub fn bus(&self) -> Arc<Bus> {
        Arc::new(Bus::new(Arc::clone(&self.work)))
    }

    /// Gives memory back after a burst of work; never returns.
    pub async fn tidy(&self) {
        self.work.tidy().await;
    }
}

/// Returns whether there is a place for another connection of a process that has `own`, if need be after another
/// one was given up.
fn has_room(all: &[Weak<Connection>], own: usize) -> bool {
    let all: Vec<_> = all.iter().filter_map(Weak::upgrade).collect();
    let ending = all.iter().filter(|connection| connection.is_given_up());
    let is_free = all.len() - ending.count() < CONNECTIONS_OF_ALL;
    all.len() < CONNECTIONS_OF_ALL + ENDING && (is_free || make_room(&all, own))
}

/// Makes a process that has at least two connections more than `own` give one up: an idle one if there is any,
/// of the process with the most, the oldest. If none is idle, the calls of a busy one end with it. Returns
/// whether a connection was found.
fn make_room(all: &[Arc<Connection>], own: usize) -> bool {
    let fair = |connection: &&Arc<Connection>| {
        !connection.is_given_up() && connection.of_its_process() > own + 1
    };
    // `max_by_key` returns the last of equal elements, which is the oldest here.
    let most = all
        .iter()
        .rev()
        .filter(fair)
        .max_by_key(|connection| (connection.is_idle(), connection.of_its_process()));
    most.inspect(|connection| connection.give_up()).is_some()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Resolves when a condition holds. The condition may change whenever `changed` is notified.
async fn when(changed: &Notify, holds: impl Fn() -> bool) {
    loop {
        let told = changed.notified();
        tokio::pin!(told);
        // Notifications from here on are not missed.
        told.as_mut().enable();
        if holds() {
            return;
        }
        told.await;
    }
}
