//! The one thread that talks to the store.
//!
//! Stores block, and a keyring store may wait for ever: for a prompt, or for a provider that has died
//! meanwhile. So each call has a deadline. A thread that misses it is abandoned and replaced by a new one with
//! a new store. A store that panics fails its call and is replaced too: its half-done state is not used again.
//! After each call the stack is scrubbed, because decrypting leaves plain text there.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::port::{ItemChange, ItemStore, Kept, StoreError};
use mfa_ipc::launcher;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use super::{Item, within};

/// How long a call, or reading one item, may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// The number of calls that may wait for the thread.
const QUEUE: usize = 64;
/// The number of threads that may hang at once before no new ones are started.
const MAX_THREADS: usize = 8;

type Make = dyn Fn() -> Box<dyn ItemStore> + Send + Sync;
type Reply<T = ()> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    Load(mpsc::Sender<Item>, Reply),
    Put(
        AccountId,
        Option<Zeroizing<String>>,
        Zeroizing<String>,
        Reply,
    ),
    Delete(AccountId, Reply),
    ChangeAll(Vec<ItemChange>, Reply),
    Passphrase(Kept, Reply<Option<Zeroizing<String>>>),
    KeepPassphrase(Kept, Option<Zeroizing<String>>, Reply),
    Open(Zeroizing<String>, Reply),
    Close(Reply),
}

/// A handle to the thread; clones share it.
#[derive(Clone)]
pub(super) struct Thread {
    make: Arc<Make>,
    running: Arc<Mutex<Running>>,
}

/// The queue of the current thread.
struct Running {
    queue: Option<SyncSender<Job>>,
    /// Each thread holds a share of this for as long as it lives.
    threads: Arc<()>,
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Thread")
    }
}

impl Thread {
    pub(super) fn new(make: impl Fn() -> Box<dyn ItemStore> + Send + Sync + 'static) -> Self {
        let running = Arc::new(Mutex::new(Running {
            queue: None,
            threads: Arc::new(()),
        }));
        Self {
            make: Arc::new(make),
            running,
        }
    }

    pub(super) async fn load(&self, sink: mpsc::Sender<Item>) -> Result<(), StoreError> {
        // Items pass through here, so that the deadline applies to each item and not to all of them.
        let (items, mut arriving) = mpsc::channel(QUEUE);
        let (reply, mut done) = oneshot::channel();
        self.send(Job::Load(items, reply))?;
        let forward = async {
            while let Some(item) = self.in_time(async { Ok(arriving.recv().await) }).await? {
                if sink.send(item).await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        forward.await?;
        self.in_time(async { (&mut done).await.unwrap_or_else(|_| Err(broken())) })
            .await
    }

    pub(super) async fn put(
        &self,
        id: AccountId,
        old: Option<Zeroizing<String>>,
        text: Zeroizing<String>,
    ) -> Result<(), StoreError> {
        self.call(|reply| Job::Put(id, old, text, reply)).await
    }

    pub(super) async fn delete(&self, id: AccountId) -> Result<(), StoreError> {
        self.call(|reply| Job::Delete(id, reply)).await
    }

    pub(super) async fn change_all(&self, changes: Vec<ItemChange>) -> Result<(), StoreError> {
        self.call(|reply| Job::ChangeAll(changes, reply)).await
    }

    pub(super) async fn passphrase(
        &self,
        of: Kept,
    ) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.call(|reply| Job::Passphrase(of, reply)).await
    }

    pub(super) async fn keep_passphrase(
        &self,
        of: Kept,
        text: Option<Zeroizing<String>>,
    ) -> Result<(), StoreError> {
        self.call(|reply| Job::KeepPassphrase(of, text, reply))
            .await
    }

    pub(super) async fn open(&self, passphrase: Zeroizing<String>) -> Result<(), StoreError> {
        self.call(|reply| Job::Open(passphrase, reply)).await
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        self.call(Job::Close).await
    }

    async fn call<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, done) = oneshot::channel();
        self.send(job(reply))?;
        self.in_time(async { done.await.unwrap_or_else(|_| Err(broken())) })
            .await
    }

    /// Waits for the thread, and abandons it if it takes too long.
    async fn in_time<T>(
        &self,
        future: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let result = within(DEADLINE, future).await;
        if matches!(result, Err(StoreError::TimedOut)) {
            let mut running = self.running();
            if running.queue.take().is_some() {
                tracing::warn!("the keychain does not respond; starting over");
            }
        }
        result
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let mut running = self.running();
        if running.queue.is_none() && Arc::strong_count(&running.threads) > MAX_THREADS {
            return Err(StoreError::TimedOut);
        }
        let share = Arc::clone(&running.threads);
        let queue = running
            .queue
            .get_or_insert_with(|| start(Arc::clone(&self.make), share));
        match queue.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(StoreError::TimedOut),
            Err(TrySendError::Disconnected(_)) => {
                running.queue = None;
                let text = "an internal error occurred: try again";
                Err(StoreError::Unavailable(text.into()))
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start(make: Arc<Make>, share: Arc<()>) -> SyncSender<Job> {
    let (queue, jobs) = sync_channel(QUEUE);
    let work = move || {
        work(&*make, &jobs);
        drop(share);
    };
    let spawned = std::thread::Builder::new()
        .name("keychain".into())
        .spawn(work);
    if let Err(error) = spawned {
        tracing::error!(%error, "cannot start the thread for the keychain");
    }
    queue
}

fn work(make: &Make, jobs: &Receiver<Job>) {
    let mut store = make();
    while let Ok(job) = jobs.recv() {
        if panic::catch_unwind(AssertUnwindSafe(|| run(store.as_mut(), job))).is_err() {
            store = make();
        }
        mfa_sys::memory::scrub_stack();
    }
}

/// Returns the error for a call that no thread is left to answer.
fn broken() -> StoreError {
    StoreError::Unavailable(format!(
        "an internal error occurred\n  For details, see the log of mfad: {}",
        launcher::where_it_logs()
    ))
}

fn run(store: &mut dyn ItemStore, job: Job) {
    let (result, reply) = match job {
        Job::Load(items, reply) => {
            let mut each = |id, text| items.blocking_send((id, text)).is_ok();
            (store.load(&mut each), reply)
        }
        Job::Put(id, old, text, reply) => (
            store.put(id, old.as_ref().map(|old| old.as_str()), &text),
            reply,
        ),
        Job::Delete(id, reply) => (store.delete(id), reply),
        Job::ChangeAll(changes, reply) => (store.change_all(&changes), reply),
        Job::Passphrase(of, reply) => return drop(reply.send(store.passphrase(of))),
        Job::KeepPassphrase(of, text, reply) => {
            let text = text.as_ref().map(|text| text.as_str());
            (store.keep_passphrase(of, text), reply)
        }
        Job::Open(passphrase, reply) => (store.open(&passphrase), reply),
        Job::Close(reply) => {
            store.close();
            (Ok(()), reply)
        }
    };
    // The receiver may have given up.
    drop(reply.send(result));
}

#[cfg(test)]
mod tests;
