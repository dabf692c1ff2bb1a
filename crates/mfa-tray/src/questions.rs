//! The open questions of the daemon, for the connection: a list at first, and another one after each change.

use mfa_core::access::Question;
use mfa_ipc::latest::Latest;
use mfa_ipc::{Client, Error};

/// The questions of one connection.
pub(crate) struct Questions {
    list: Latest<Vec<Question>>,
    /// The number of lists in a row that were outdated when they arrived.
    outdated: u32,
}

/// The number of outdated lists in a row after which one is returned all the same. Otherwise a program that keeps asking
/// could hide the questions about others.
const MAX_OUTDATED: u32 = 3;

impl Questions {
    pub(crate) fn new(client: &Client) -> Self {
        let client = client.clone();
        Self::of(Latest::new(move || {
            let client = client.clone();
            async move { client.questions().await }
        }))
    }

    fn of(list: Latest<Vec<Question>>) -> Self {
        Self { list, outdated: 0 }
    }

    /// Records that the questions have changed.
    pub(crate) fn changed(&mut self) {
        self.list.ask_again();
    }

    /// Waits for the next list; forever if nothing has changed. This future may be dropped at any time and called
    /// again.
    pub(crate) async fn next(&mut self) -> Result<Vec<Question>, Error> {
        loop {
            let questions = self.list.next().await;
            // A list from before the last change would show a question that is over.
            if self.list.is_current() || self.outdated >= MAX_OUTDATED {
                self.outdated = 0;
                return questions;
            }
            self.outdated += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;

    #[test]
    fn an_outdated_list_is_withheld_but_changes_without_end_hide_nothing() {
        let replies = Arc::new(Semaphore::new(0));
        let may = Arc::clone(&replies);
        let mut questions = Questions::of(Latest::new(move || {
            let may = Arc::clone(&may);
            async move {
                may.acquire().await.unwrap().forget();
                Ok(Vec::new())
            }
        }));
        let mut is_shown = |has_changed| {
            assert!(questions.next().now_or_never().is_none(), "no reply yet");
            if has_changed {
                questions.changed();
            }
            replies.add_permits(1);
            questions.next().now_or_never().is_some()
        };
        let changes = [true, true, true, true, true, false];
        let expected = [false, false, false, true, false, true];
        assert_eq!(changes.map(&mut is_shown), expected);
    }
}
