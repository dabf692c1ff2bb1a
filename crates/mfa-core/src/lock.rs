//! Why and when the vault closes.

use std::fmt;
use std::time::Duration;

/// Why the vault was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user asked for it. It stays closed, also over a restart, until the user opens it again.
    Request,
    /// Nobody asked for anything for a while.
    Idle,
    /// The keychain was locked or went away.
    Keychain,
}

impl Reason {
    /// Whether only the user opens the vault again. Otherwise it opens with the keychain.
    #[must_use]
    pub fn lasts(self) -> bool {
        match self {
            Self::Request | Self::Idle => true,
            Self::Keychain => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "on request",
            Self::Idle => "after idling",
            Self::Keychain => "with the keychain",
        })
    }
}

/// When the vault closes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// After so long without a request; `None` is never.
    pub idle: Option<Duration>,
}

impl Policy {
    /// How long it is until the vault has to close, if nothing is asked for any more.
    ///
    /// Both times come from a clock that counts suspend, so that a closed lid counts as idling.
    #[must_use]
    pub fn remaining(self, last_request: Duration, now: Duration) -> Option<Duration> {
        Some((last_request + self.idle?).saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idling_is_counted_from_the_last_request() {
        let seconds = Duration::from_secs;
        let policy = Policy {
            idle: Some(seconds(600)),
        };
        assert_eq!(
            policy.remaining(seconds(100), seconds(100)),
            Some(seconds(600))
        );
        assert_eq!(
            policy.remaining(seconds(100), seconds(650)),
            Some(seconds(50))
        );
        assert_eq!(
            policy.remaining(seconds(100), seconds(9000)),
            Some(Duration::ZERO)
        );
        assert_eq!(Policy::default().remaining(seconds(0), seconds(9000)), None);
    }
}
