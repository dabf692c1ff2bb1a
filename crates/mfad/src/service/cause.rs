//! The needs of a request, and the causes for which a request is put aside.

use std::time::Duration;

use tokio::time::Instant;

/// The number of requests that may be put aside.
pub(super) const MAX_WAITING: usize = 256;
/// The longest sleep for the wall clock, which may be set meanwhile.
pub(super) const NAP: Duration = Duration::from_secs(5);
/// The longest sleep while a request waits for the user: its client may leave meanwhile.
pub(super) const GLANCE: Duration = Duration::from_secs(1);

/// The condition that a request needs to be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: the request can be made while the accounts are locked.
    Nothing,
    /// Open accounts. They are opened for the request unless the user locked them.
    Accounts,
}

/// The cause for which a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The accounts are not open. The keychain has its own deadlines.
    Door,
    /// A Unix second. It comes before the deadline unless the clock is set back.
    Clock { at: u64, deadline: Instant },
    /// The request is long, and lets others come in between.
    Turn,
    /// The user is asked the question with this number. The question has its own deadline.
    Question(u64),
}

impl Cause {
    /// Returns the cause for waiting until a Unix second, for at most `patience` seconds.
    pub(super) fn clock(at: u64, patience: u64) -> Self {
        let deadline = Instant::now() + Duration::from_secs(patience) + NAP;
        Self::Clock { at, deadline }
    }
}
