//! The inputs of the main loop.

use mfa_core::Account;
use mfa_ipc::Client;
use mfa_ipc::copier::CopyRequest;
use tokio::sync::mpsc;

use crate::model::Msg;

/// The number of inputs that may wait. Further senders wait, or their input is dropped.
pub(crate) const QUEUE: usize = 64;

/// An input.
#[derive(Debug)]
pub(crate) enum Input {
    /// A message for the model.
    Msg(Msg),
    /// The daemon is connected.
    Connected(Connected),
    /// The daemon asks for a code to be copied.
    Requested(CopyRequest),
}

/// The state of a daemon, and the connection to it.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) locked: bool,
    pub(crate) accounts: Vec<Account>,
    pub(crate) problem: Option<String>,
}

/// A handle that sends inputs.
#[derive(Clone, Debug)]
pub(crate) struct Inputs(mpsc::Sender<Input>);

impl Inputs {
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Input>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), receiver)
    }

    /// Sends an input, and waits until there is room for it.
    pub(crate) async fn send(&self, input: Input) {
        // This fails only when the tray exits.
        drop(self.0.send(input).await);
    }

    /// Sends a message without waiting. If there is no room, the message is dropped: the user can
    /// click again.
    pub(crate) fn offer(&self, msg: Msg) {
        if self.0.try_send(Input::Msg(msg)).is_err() {
            tracing::warn!("too many events at once; one was dropped");
        }
    }

    /// Sends a message from a separate thread.
    pub(crate) fn blocking_send(&self, msg: Msg) {
        drop(self.0.blocking_send(Input::Msg(msg)));
    }
}
