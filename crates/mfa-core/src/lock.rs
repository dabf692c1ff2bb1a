//! Why and when the accounts are locked.

mod session;

use std::fmt;
use std::time::Duration;

pub use session::{Event, Outcome, Session, Source};

/// Why the accounts were locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user asked for it. The accounts stay locked, also over a restart, until the user unlocks them.
    Request,
    /// No request came for a while.
    Idle,
    /// The keychain was locked or went away.
    Keychain,
    /// The screen was locked.
    Screen,
    /// The system is about to sleep, or has slept.
    Suspend,
    /// The session of the user has ended, but not the daemon: it belongs to another session too.
    SessionEnd,
}

impl Reason {
    /// Whether only the user unlocks the accounts again. Otherwise they are unlocked with the keychain or the
    /// screen, or by the next request.
    #[must_use]
    pub fn lasts(self) -> bool {
        match self {
            Self::Request | Self::Idle => true,
            Self::Keychain | Self::Screen | Self::Suspend | Self::SessionEnd => false,
        }
    }

    /// Whether the user's session caused the lock: the screen was locked, the system sleeps, or the session ended.
    #[must_use]
    pub fn is_of_session(self) -> bool {
        match self {
            Self::Screen | Self::Suspend | Self::SessionEnd => true,
            Self::Request | Self::Idle | Self::Keychain => false,
        }
    }

    /// The word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Idle => "idle",
            Self::Keychain => "keychain",
            Self::Screen => "screen",
            Self::Suspend => "suspend",
            Self::SessionEnd => "session-end",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "on request",
            Self::Idle => "after idling",
            Self::Keychain => "with the keychain",
            Self::Screen => "with the screen",
            Self::Suspend => "before the system sleeps",
            Self::SessionEnd => "at the end of the session",
        })
    }
}

/// When the accounts are locked without being told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Lock after this time without a request; `None` is never.
    pub idle: Option<Duration>,
    /// Lock with the screen.
    pub screen: bool,
    /// Lock before the system sleeps.
    pub suspend: bool,
    /// Lock at the end of the session.
    pub session: bool,
    /// Lock when the keychain is locked. Another keychain, or none, locks in any case.
    pub keychain: bool,
}

impl Policy {
    /// Returns the time until the accounts have to be locked if no request comes any more.
    ///
    /// Both times come from a clock that counts suspend, so that a closed lid counts as idling.
    #[must_use]
    pub fn remaining(self, last_request: Duration, now: Duration) -> Option<Duration> {
        Some((last_request + self.idle?).saturating_sub(now))
    }

    /// Returns whether a keychain that is locked now locks the accounts. If it is another one than they were read from,
    /// it always does.
    #[must_use]
    pub fn heeds_keychain(self, is_other: bool) -> bool {
        self.keychain || is_other
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
            ..Policy::default()
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

    #[test]
    fn the_lock_of_the_keychain_can_be_turned_off_but_not_that_of_another_one() {
        let heeds = |keychain, is_other| {
            let policy = Policy {
                keychain,
                ..Policy::default()
            };
            policy.heeds_keychain(is_other)
        };
        assert!(heeds(true, false) && heeds(true, true) && heeds(false, true));
        assert!(!heeds(false, false));
    }

    #[test]
    fn only_a_lock_by_the_user_lasts() {
        use Reason::{Idle, Keychain, Request, Screen, SessionEnd, Suspend};
        for reason in [Request, Idle] {
            assert!(reason.lasts() && !reason.is_of_session(), "{reason}");
        }
        for reason in [Screen, Suspend, SessionEnd] {
            assert!(!reason.lasts() && reason.is_of_session(), "{reason}");
        }
        assert!(!Keychain.lasts() && !Keychain.is_of_session());
    }
}
