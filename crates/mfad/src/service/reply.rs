//! The way back of an answer, and what waits for one.

use mfa_ipc::Error;
use tokio::sync::oneshot;

/// The channel that an answer is sent to.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Sends an answer, if anybody still waits for it.
pub(super) fn answer<T>(reply: Reply<T>, result: Result<T, Error>) {
    drop(reply.send(result));
}

/// Something that has to be answered, with the channel for the answer.
pub(super) struct Unanswered<W, T> {
    pub(super) what: W,
    pub(super) reply: Reply<T>,
}

/// What can be refused, whatever the type of its answer.
pub(super) trait Refuse: Send {
    /// Answers with an error.
    fn refuse(self: Box<Self>, error: Error);
}

impl<W: Send, T: Send> Refuse for Unanswered<W, T> {
    fn refuse(self: Box<Self>, error: Error) {
        answer(self.reply, Err(error));
    }
}
