//! The latest answer of the daemon to a question that a client repeats after each change: a list at first, and another one
//! when it may be outdated.
//!
//! There is one request at a time. It goes on while the client reads the events of the daemon, because a connection with
//! unread events receives no reply either.

use std::pin::Pin;

use crate::Error;

type Request<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// The answer to a request that is repeated.
pub struct Latest<T> {
    /// Makes the request.
    ask: Box<dyn Fn() -> Request<T> + Send + Sync>,
    /// The request, until the reply arrives.
    request: Option<Request<T>>,
    /// Whether to ask again, once for all changes since the last request.
    again: bool,
}

impl<T> Latest<T> {
    /// Returns an answer that has yet to be asked for, by this function.
    pub fn new<R>(ask: impl Fn() -> R + Send + Sync + 'static) -> Self
    where
        R: Future<Output = Result<T, Error>> + Send + 'static,
    {
        Self {
            ask: Box::new(move || Box::pin(ask())),
            request: None,
            again: true,
        }
    }

    /// Asks again, after the current request if there is one.
    pub fn ask_again(&mut self) {
        self.again = true;
    }

    /// Asks again at once. The reply to the current request is ignored.
    pub fn start_over(&mut self) {
        self.request = None;
        self.again = true;
    }

    /// Returns whether a request is under way.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.request.is_some()
    }

    /// Returns whether the last answer is not outdated, as far as is known.
    #[must_use]
    pub fn is_current(&self) -> bool {
        !self.again && self.request.is_none()
    }

    /// Waits for the next answer; forever if there is nothing to ask for. This future may be dropped at any time and called
    /// again.
    ///
    /// # Errors
    /// The error that the request ends with.
    pub async fn next(&mut self) -> Result<T, Error> {
        if self.request.is_none() && std::mem::take(&mut self.again) {
            self.request = Some((self.ask)());
        }
        let Some(request) = &mut self.request else {
            return std::future::pending().await;
        };
        let answer = request.await;
        self.request = None;
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;

    /// Returns the number of each request as its answer, when it may be given.
    fn numbers() -> (Latest<u32>, Arc<Semaphore>) {
        let answers = Arc::new(Semaphore::new(0));
        let (count, may) = (Arc::new(AtomicU32::new(0)), Arc::clone(&answers));
        let latest = Latest::new(move || {
            let (number, may) = (count.fetch_add(1, Ordering::Relaxed), Arc::clone(&may));
            async move {
                may.acquire().await.unwrap().forget();
                Ok(number)
            }
        });
        (latest, answers)
    }

    fn next(latest: &mut Latest<u32>) -> Option<u32> {
        latest.next().now_or_never().map(Result::unwrap)
    }

    #[test]
    fn it_is_asked_for_at_first_and_then_once_for_all_changes() {
        let (mut latest, answers) = numbers();
        assert!(!latest.is_current());
        answers.add_permits(9);
        assert_eq!(next(&mut latest), Some(0));
        assert!(latest.is_current());
        assert_eq!(next(&mut latest), None);
        latest.ask_again();
        latest.ask_again();
        assert_eq!(next(&mut latest), Some(1));
        assert_eq!(next(&mut latest), None);
    }

    #[test]
    fn a_request_goes_on_when_nobody_waits_and_a_change_waits_for_its_end() {
        let (mut latest, answers) = numbers();
        assert_eq!(next(&mut latest), None);
        assert!(latest.is_asking());
        latest.ask_again();
        answers.add_permits(9);
        assert_eq!(next(&mut latest), Some(0));
        assert!(!latest.is_current() && !latest.is_asking());
        assert_eq!(next(&mut latest), Some(1));
        assert!(latest.is_current());
    }

    #[test]
    fn the_reply_to_a_request_that_was_given_up_is_ignored() {
        let (mut latest, answers) = numbers();
        assert_eq!(next(&mut latest), None);
        latest.start_over();
        answers.add_permits(9);
        assert_eq!(next(&mut latest), Some(1));
        assert!(latest.is_current());
    }
}
