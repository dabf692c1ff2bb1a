//! One task at a time, kept together with whoever waits for its end.
//!
//! Whoever waits is not handed to the task: a task that panics or is stopped could not answer. So the end of a task,
//! whatever it is, always comes with the one to tell.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::task::{JoinError, JoinHandle};

/// The task that is under way, if any, and the `W` that waits for it.
pub(super) struct Single<W, T>(Option<(W, JoinHandle<T>)>);

impl<W, T> Default for Single<W, T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<W, T: Send + 'static> Single<W, T> {
    /// Starts a task. If one is under way, returns the waiter instead.
    pub(super) fn start(
        &mut self,
        waiter: W,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<(), W> {
        if self.0.is_some() {
            return Err(waiter);
        }
        self.0 = Some((waiter, tokio::spawn(task)));
        Ok(())
    }

    /// Waits for the end of the task, or returns `None` if none is under way. Nothing is lost if the future is dropped.
    pub(super) fn ended(&mut self) -> impl Future<Output = Option<(W, Result<T, JoinError>)>> {
        poll_fn(|context| {
            let Some((waiter, mut task)) = self.0.take() else {
                return Poll::Ready(None);
            };
            match Pin::new(&mut task).poll(context) {
                Poll::Ready(end) => Poll::Ready(Some((waiter, end))),
                Poll::Pending => {
                    self.0 = Some((waiter, task));
                    Poll::Pending
                }
            }
        })
    }

    /// Stops the task, and returns who waited for it.
    pub(super) fn stop(&mut self) -> Option<W> {
        let (waiter, task) = self.0.take()?;
        task.abort();
        Some(waiter)
    }
}

impl<W, T> Drop for Single<W, T> {
    fn drop(&mut self) {
        if let Some((_, task)) = &self.0 {
            task.abort();
        }
    }
}
