//! Makes sure that a person is there, before accounts that the user has locked are opened again.
//!
//! Without this, any program of the user could undo `mfactl lock`. The passphrase of a vault file is such a proof by
//! itself; for a keychain that is still open, the system asks for the password of the user.

mod platform;

use std::pin::Pin;

pub use platform::presence;

/// The result of asking for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A person is there.
    Given,
    /// Nobody has proved it: the user declined, or did not answer.
    Refused,
    /// Another request is asking for it.
    Busy,
    /// The system would ask, but no agent is there that shows its prompt.
    NoAgent,
    /// The user has to be asked, which the request does not allow.
    NeedsPrompt,
    /// The system has no way to ask.
    Impossible,
}

/// The proof that is to come.
pub type Proving = Pin<Box<dyn Future<Output = Proof> + Send>>;

/// A way to ask for a proof.
pub trait Presence: Send + Sync {
    /// Asks for a proof, by a prompt if one is allowed. Whoever no longer waits for the proof withdraws the prompt.
    fn prove(&self, may_prompt: bool) -> Proving;
}

/// Where there is no way to ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unprovable;

impl Presence for Unprovable {
    fn prove(&self, _: bool) -> Proving {
        Box::pin(std::future::ready(Proof::Impossible))
    }
}
