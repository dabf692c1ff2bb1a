//! The way back of an answer.

use mfa_ipc::Error;
use tokio::sync::oneshot;

/// The channel that an answer is sent to.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Sends an answer, if anybody still waits for it.
pub(super) fn answer<T>(reply: Reply<T>, result: Result<T, Error>) {
    drop(reply.send(result));
}
