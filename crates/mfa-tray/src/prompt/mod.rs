//! Asks the user by a small program of the desktop: pinentry for a passphrase, zenity or its like for a
//! name. What is typed comes back through a pipe; the programs end when nobody waits for them any more.

pub(crate) mod name;
pub(crate) mod pinentry;

use std::time::Duration;

use zeroize::Zeroizing;

/// How long somebody may take to answer.
const PATIENCE: Duration = Duration::from_secs(300);

/// What came of a question.
pub(crate) enum Answer {
    /// This was typed.
    Given(Zeroizing<String>),
    /// The user does not want to, or is not there.
    Cancelled,
    /// There is no program to ask with.
    Nobody,
}
