//! The open questions of the daemon, for the connection: a list at first, and another one after each change.
//!
//! The events of the daemon are read while a request for the list is under way, because a connection with unread
//! events receives no reply either.

use std::pin::Pin;

use mfa_core::access::Question;
use mfa_ipc::{Client, Error};

type Asking = Pin<Box<dyn Future<Output = Result<Vec<Question>, Error>> + Send>>;

/// The questions of one connection.
pub(crate) struct Questions {
    client: Client,
    /// The request for the questions, until the reply arrives.
    asking: Option<Asking>,
    /// Whether to ask again, once for all changes since the last request.
    again: bool,
    /// The number of lists in a row that were outdated when they arrived.
    outdated: u32,
}

/// The number of outdated lists in a row after which one is returned all the same. Otherwise a program that keeps asking
/// could hide the questions about others.
const MAX_OUTDATED: u32 = 3;

impl Questions {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            asking: None,
            again: true,
            outdated: 0,
        }
    }

    /// Records that the questions have changed.
    pub(crate) fn changed(&mut self) {
        self.again = true;
    }

    /// Waits for the next list; forever if nothing has changed. This future may be dropped at any time and called
    /// again.
    pub(crate) async fn next(&mut self) -> Result<Vec<Question>, Error> {
        loop {
            if self.asking.is_none() && std::mem::take(&mut self.again) {
                let client = self.client.clone();
                self.asking = Some(Box::pin(async move { client.questions().await }));
            }
            let Some(asking) = &mut self.asking else {
                return std::future::pending().await;
            };
            let questions = asking.await;
            self.asking = None;
            // A list from before the last change would show a question that is over.
            if !self.again || self.outdated >= MAX_OUTDATED {
                self.outdated = 0;
                return questions;
            }
            self.outdated += 1;
        }
    }
}
