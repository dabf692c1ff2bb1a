//! Tasks, each kept together with whoever waits for its end.
//!
//! Whoever waits is not handed to the task: a task that panics or is stopped could not answer. So the end of a task,
//! whatever it is, always comes with the one to tell.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::Poll;

use tokio::task::{JoinError, JoinHandle};

/// The tasks that are under way, and the `W` that waits for each.
pub(super) struct Errands<W, T>(Vec<(W, JoinHandle<T>)>);

impl<W, T> Default for Errands<W, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<W, T: Send + 'static> Errands<W, T> {
    /// Starts a task.
    pub(super) fn start(&mut self, waiter: W, task: impl Future<Output = T> + Send + 'static) {
        self.0.push((waiter, tokio::spawn(task)));
    }

    /// Returns whether no task is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all that wait.
    pub(super) fn waiters(&self) -> impl Iterator<Item = &W> {
        self.0.iter().map(|(waiter, _)| waiter)
    }

    /// Waits for the end of a task, or returns `None` if none is under way. Nothing is lost if the future is dropped.
    pub(super) fn ended(&mut self) -> impl Future<Output = Option<(W, Result<T, JoinError>)>> {
        poll_fn(|context| {
            for place in 0..self.0.len() {
                let (_, task) = &mut self.0[place];
                if let Poll::Ready(end) = Pin::new(task).poll(context) {
                    let (waiter, _) = self.0.remove(place);
                    return Poll::Ready(Some((waiter, end)));
                }
            }
            if self.0.is_empty() {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        })
    }

    /// Stops all tasks, and returns who waited for them.
    pub(super) fn stop(&mut self) -> impl Iterator<Item = W> + use<W, T> {
        let stopped = mem::take(&mut self.0);
        stopped.into_iter().map(|(waiter, task)| {
            task.abort();
            waiter
        })
    }
}

impl<W, T> Drop for Errands<W, T> {
    fn drop(&mut self) {
        for (_, task) in &self.0 {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_end_comes_with_the_one_who_waits_for_it() {
        let mut errands = Errands::default();
        errands.start("never", std::future::pending());
        errands.start("panics", async { panic!("as if by a bug") });
        let (waiter, end) = errands.ended().await.unwrap();
        assert!(waiter == "panics" && end.is_err());
        errands.start("ends", std::future::ready(7));
        let (waiter, end) = errands.ended().await.unwrap();
        assert_eq!((waiter, end.unwrap()), ("ends", 7));
        assert!(errands.waiters().eq(&["never"]));
        assert!(errands.stop().eq(["never"]));
        assert!(errands.ended().await.is_none());
    }
}
