//! Everything that reaches the main loop, from wherever it comes.

use mfa_ipc::Client;
use mfa_ipc::copier::CopyRequest;
use mfa_ipc::types::AccountInfo;
use tokio::sync::mpsc;

use crate::model::Msg;

/// How many may wait; who sends more than that has to wait too, or is not heard.
pub(crate) const QUEUE: usize = 64;

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// Something for the model.
    Msg(Msg),
    /// The daemon is there.
    Connected(Connected),
    /// The daemon asks for a code to be copied.
    Requested(CopyRequest),
}

/// The state of a daemon, and the way to it.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) locked: bool,
    pub(crate) accounts: Vec<AccountInfo>,
    pub(crate) problem: Option<String>,
}

/// Where inputs go.
#[derive(Clone, Debug)]
pub(crate) struct Inputs(mpsc::Sender<Input>);

impl Inputs {
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Input>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), receiver)
    }

    /// Sends it, when there is room.
    pub(crate) async fn send(&self, input: Input) {
        // Nobody is there any more only when we end.
        drop(self.0.send(input).await);
    }

    /// Sends a message from where nobody may wait. If too much is going on, it is dropped: a click
    /// can be made again.
    pub(crate) fn offer(&self, msg: Msg) {
        if self.0.try_send(Input::Msg(msg)).is_err() {
            tracing::warn!("too much is going on; something was not heard");
        }
    }

    /// Sends a message from a thread of its own.
    pub(crate) fn blocking_send(&self, msg: Msg) {
        drop(self.0.blocking_send(Input::Msg(msg)));
    }
}
