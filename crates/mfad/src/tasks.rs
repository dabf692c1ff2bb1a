//! The tasks that zbus starts for one private connection: they are counted, and they end with the connection.
//!
//! zbus starts a task for each call, and another two for the connection. It does not count them and does not
//! end them when the client is gone, and a task that panics leaves its client waiting. But zbus can be given a
//! runtime, and this module is one.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Notify, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use zbus::runtime::traits::{PollIo, Runtime, TaskHandle};
use zbus::runtime::{Interest, IoSource};

use crate::limits::{Call, Connection};

/// The tasks of one connection. Clones share them.
#[derive(Clone)]
pub struct Tasks {
    connection: Arc<Connection>,
    running: Arc<Mutex<JoinSet<()>>>,
    failed: Arc<Notify>,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tasks")
    }
}

impl Tasks {
    /// Creates an empty set of tasks.
    #[must_use]
    pub fn new(connection: Arc<Connection>) -> Self {
        Self {
            connection,
            running: Arc::default(),
            failed: Arc::default(),
        }
    }

    /// Resolves when a task has panicked. The state of the connection is unknown then.
    pub async fn failed(&self) {
        self.failed.notified().await;
    }

    /// Resolves when no call is under way.
    pub async fn at_rest(&self) {
        self.connection.at_rest().await;
    }

    /// Ends all of them.
    pub fn end(&self) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    fn start(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let failed = Arc::clone(&self.failed);
        let task = async move {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                failed.notify_one();
            }
        };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Tasks that have ended are kept until they are joined.
        while running.try_join_next().is_some() {}
        running.spawn(task)
    }
}

impl Runtime for Tasks {
    type RegisteredIoSource = Nothing;
    type Sleep = tokio::time::Sleep;
    type Task<T>
        = Task<T>
    where
        T: Send + 'static;

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        tokio::time::sleep(duration)
    }

    fn spawn<T>(&self, _name: &str, task: impl Future<Output = T> + Send + 'static) -> Task<T>
    where
        T: Send + 'static,
    {
        let (result, arriving) = oneshot::channel();
        let call = Arc::new(OnceLock::new());
        let counted = Arc::clone(&call);
        let abort = self.start(async move {
            let _counted = counted;
            // The receiver may be gone.
            drop(result.send(task.await));
        });
        Task {
            connection: Arc::clone(&self.connection),
            call,
            result: arriving,
            abort: Some(abort),
        }
    }

    fn spawn_blocking<T>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = T> + Send + 'static>>
    where
        T: Send + 'static,
    {
        let working = tokio::task::spawn_blocking(work);
        Box::pin(async {
            match working.await {
                Ok(result) => result,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime is ending, and so is the task that waits.
                    Err(_) => std::future::pending().await,
                },
            }
        })
    }

    fn register_io_source(&self, _: IoSource) -> io::Result<Nothing> {
        Err(our_socket())
    }

    async fn connect_tcp(&self, _: SocketAddr) -> io::Result<IoSource> {
        Err(our_socket())
    }

    async fn connect_unix(&self, _: &std::path::Path) -> io::Result<IoSource> {
        Err(our_socket())
    }

    // The trait has this method on Unix only.
    #[cfg(unix)]
    fn spawn_process(
        &self,
        _: std::process::Command,
        _: std::process::Stdio,
        _: std::process::Stdio,
        _: std::process::Stdio,
    ) -> io::Result<Pin<Box<dyn Future<Output = io::Result<std::process::ExitStatus>> + Send>>>
    {
        Err(our_socket())
    }
}

/// Returns the error for operations that a connection on a socket of our own never needs.
fn our_socket() -> io::Error {
    io::ErrorKind::Unsupported.into()
}

/// A type without values: zbus never has a socket of its own to watch here.
#[derive(Debug)]
pub enum Nothing {}

impl PollIo for Nothing {
    fn poll_io<T>(
        &self,
        _: &mut Context<'_>,
        _: Interest,
        _: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        match *self {}
    }
}

/// A task that ends when this handle is dropped.
#[derive(Debug)]
pub struct Task<T> {
    connection: Arc<Connection>,
    /// Held by the task too, so that the call counts for as long as the task runs.
    call: Arc<OnceLock<Call>>,
    result: oneshot::Receiver<T>,
    abort: Option<AbortHandle>,
}

impl<T> Future for Task<T> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let result = Pin::new(&mut self.result).poll(context);
        result.map_err(|_| io::Error::other("the task was ended"))
    }
}

impl<T: Send + 'static> TaskHandle<T> for Task<T> {
    /// Counts the task as a call. The tasks that zbus detaches serve calls; the others belong to streams, and a
    /// private connection has none.
    fn detach(mut self) {
        self.abort = None;
        drop(self.call.set(self.connection.call()));
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn tasks() -> Tasks {
        let limits = Limits::default();
        Tasks::new(limits.connect(&Arc::default()).unwrap())
    }

    #[tokio::test]
    async fn a_task_that_panics_is_noticed() {
        let tasks = tasks();
        let task = tasks.spawn("", async { panic!("as it should") });
        tasks.failed().await;
        let result: io::Result<()> = task.await;
        assert!(result.is_err());
    }

    #[tokio::test]
    async fn all_end_together_and_those_that_nobody_wants_at_once() {
        let tasks = tasks();
        let (held, gone) = oneshot::channel::<()>();
        tasks.spawn("", hold(held)).detach();
        tasks.end();
        assert!(gone.await.is_err());
        let (held, gone) = oneshot::channel::<()>();
        drop(tasks.spawn("", hold(held)));
        assert!(gone.await.is_err());
    }

    async fn hold(held: oneshot::Sender<()>) {
        let _held = held;
        std::future::pending::<()>().await;
    }
}
