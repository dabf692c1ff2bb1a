//! What becomes of the accounts when the session of the user locks its screen, sleeps or ends.
//!
//! Several sources tell whether the screen is locked, and none of them is there on every desktop. The screen counts as
//! locked while any of them says so. Some desktops only *tell* the session to lock its screen and say nothing
//! afterwards; then it counts as locked until the session is told to unlock it, or a source says that it was unlocked.
//!
//! The screen is watched even if it locks no accounts, because nobody answers a question on a locked screen. For that, only
//! the sources count: a desktop that only tells the session to lock never says that the screen is unlocked.

use super::{Policy, Reason};

/// Who tells whether the screen is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The manager of logins, by the hint that the desktop gives it; on Windows, the system.
    Login,
    /// The screen saver by the name that desktops share.
    Freedesktop,
    /// The screen saver of GNOME.
    Gnome,
}

/// What happened to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A source says whether the screen is locked.
    Screen(Source, bool),
    /// The session was told to lock its screen, or to unlock it.
    Told(bool),
    /// The system is about to sleep, or is awake again.
    Sleep(bool),
    /// The session has ended.
    End,
}

/// What becomes of the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Unchanged,
    /// They are locked.
    Lock(Reason),
    /// What the screen locked is opened again.
    Open,
}

/// What is known of the session: whether its screen is locked, and whether the system is about to sleep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    sources: [bool; 3],
    /// What the sources said last. Only a person makes this forgotten, and not whoever has the accounts unlocked.
    seen: [bool; 3],
    told: bool,
    sleeping: bool,
}

impl Session {
    /// Takes in an event, and returns what follows from it under a policy.
    pub fn take(&mut self, policy: Policy, event: Event) -> Outcome {
        let locked_before = policy.screen && self.is_screen_locked();
        let locks = match event {
            Event::Screen(source, locked) => {
                self.seen[source as usize] = locked;
                let was = std::mem::replace(&mut self.sources[source as usize], locked);
                // A source that comes late says that it has locked nothing. That unlocks nothing, either.
                self.told &= !was || locked;
                locked
            }
            Event::Told(lock) => {
                self.told = lock;
                lock
            }
            Event::Sleep(sleeping) => {
                self.sleeping = sleeping;
                sleeping
            }
            Event::End => {
                self.forget_screen();
                self.forget_seen();
                return match policy.session {
                    true => Outcome::Lock(Reason::SessionEnd),
                    false => Outcome::Unchanged,
                };
            }
        };
        let heeded = match event {
            Event::Sleep(_) => policy.suspend,
            Event::Screen(..) | Event::Told(_) => policy.screen,
            Event::End => policy.session,
        };
        match self.keeps_locked(policy) {
            Some(reason) if locks && heeded => Outcome::Lock(reason),
            None if locked_before => Outcome::Open,
            _ => Outcome::Unchanged,
        }
    }

    /// Why the accounts have to stay locked for now under a policy, if they have to.
    #[must_use]
    pub fn keeps_locked(&self, policy: Policy) -> Option<Reason> {
        if policy.screen && self.is_screen_locked() {
            Some(Reason::Screen)
        } else {
            (policy.suspend && self.sleeping).then_some(Reason::Suspend)
        }
    }

    /// Takes the screen for unlocked until the next event: the user is there and says so.
    pub fn forget_screen(&mut self) {
        self.sources = [false; 3];
        self.told = false;
    }

    /// Takes the screen for one that a person sees, until a source says again that it is locked.
    pub fn forget_seen(&mut self) {
        self.seen = [false; 3];
    }

    /// Returns whether a source says that the screen is locked, whatever follows from that.
    #[must_use]
    pub fn is_seen_locked(&self) -> bool {
        self.seen.contains(&true)
    }

    fn is_screen_locked(&self) -> bool {
        self.told || self.sources.contains(&true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: Policy = Policy {
        idle: None,
        screen: true,
        suspend: true,
        session: true,
        keychain: true,
    };

    fn after(events: &[Event]) -> (Session, Vec<Outcome>) {
        let mut session = Session::default();
        let outcomes = events.iter().map(|event| session.take(ON, *event));
        let outcomes = outcomes.collect();
        (session, outcomes)
    }

    const LOCKED: Outcome = Outcome::Lock(Reason::Screen);

    #[test]
    fn the_screen_is_locked_while_any_source_says_so() {
        let (session, outcomes) = after(&[
            Event::Screen(Source::Gnome, true),
            Event::Screen(Source::Login, true),
            Event::Screen(Source::Gnome, false),
            Event::Screen(Source::Login, false),
        ]);
        let expected = [LOCKED, LOCKED, Outcome::Unchanged, Outcome::Open];
        assert_eq!(outcomes, expected);
        assert_eq!(session.keeps_locked(ON), None);
    }

    #[test]
    fn a_session_that_is_told_to_lock_is_locked_until_somebody_says_otherwise() {
        for unlocked in [Event::Told(false), Event::Screen(Source::Gnome, false)] {
            let seen = Event::Screen(Source::Gnome, true);
            let (mut session, outcomes) = after(&[Event::Told(true), seen]);
            assert_eq!(outcomes, [LOCKED, LOCKED]);
            session.take(ON, unlocked);
            let seen_unlocked = Event::Screen(Source::Gnome, false);
            session.take(ON, seen_unlocked);
            assert_eq!(session.keeps_locked(ON), None);
        }
        // A source that has never said that the screen is locked does not unlock it.
        let (session, outcomes) =
            after(&[Event::Told(true), Event::Screen(Source::Freedesktop, false)]);
        assert_eq!(outcomes, [LOCKED, Outcome::Unchanged]);
        assert_eq!(session.keeps_locked(ON), Some(Reason::Screen));
    }

    #[test]
    fn to_be_told_to_unlock_is_not_to_be_unlocked() {
        let (session, outcomes) = after(&[Event::Screen(Source::Login, true), Event::Told(false)]);
        assert_eq!(outcomes, [LOCKED, Outcome::Unchanged]);
        assert_eq!(session.keeps_locked(ON), Some(Reason::Screen));
    }

    #[test]
    fn sleep_keeps_them_locked_until_the_system_is_awake_and_opens_nothing() {
        let (session, outcomes) = after(&[Event::Sleep(true)]);
        assert_eq!(outcomes, [Outcome::Lock(Reason::Suspend)]);
        assert_eq!(session.keeps_locked(ON), Some(Reason::Suspend));
        let (session, outcomes) = after(&[Event::Sleep(true), Event::Sleep(false)]);
        assert_eq!(outcomes[1], Outcome::Unchanged);
        assert_eq!(session.keeps_locked(ON), None);
    }

    #[test]
    fn a_screen_that_was_locked_before_the_sleep_is_locked_after_it() {
        let (mut session, outcomes) = after(&[
            Event::Screen(Source::Gnome, true),
            Event::Sleep(true),
            Event::Sleep(false),
        ]);
        assert_eq!(outcomes, [LOCKED, LOCKED, Outcome::Unchanged]);
        let unlocked = Event::Screen(Source::Gnome, false);
        assert_eq!(session.take(ON, unlocked), Outcome::Open);
        // And nothing opens while the system is about to sleep.
        let (_, outcomes) = after(&[
            Event::Screen(Source::Gnome, true),
            Event::Sleep(true),
            unlocked,
        ]);
        assert_eq!(outcomes[2], Outcome::Unchanged);
    }

    #[test]
    fn the_end_of_the_session_takes_its_screen_along() {
        let (session, outcomes) = after(&[Event::Screen(Source::Login, true), Event::End]);
        assert_eq!(outcomes[1], Outcome::Lock(Reason::SessionEnd));
        assert_eq!(session.keeps_locked(ON), None);
    }

    #[test]
    fn what_is_turned_off_locks_nothing() {
        let no_screen = Policy {
            screen: false,
            ..ON
        };
        let no_suspend = Policy {
            suspend: false,
            ..ON
        };
        let no_session = Policy {
            session: false,
            ..ON
        };
        for (policy, event) in [
            (no_screen, Event::Screen(Source::Gnome, true)),
            (no_screen, Event::Told(true)),
            (no_session, Event::End),
            (no_suspend, Event::Sleep(true)),
        ] {
            let mut session = Session::default();
            assert_eq!(session.take(policy, event), Outcome::Unchanged, "{event:?}");
            assert_eq!(session.keeps_locked(policy), None, "{event:?}");
            let seen = matches!(event, Event::Screen(..));
            assert_eq!(session.is_seen_locked(), seen, "{event:?}");
            let unlocked = Event::Screen(Source::Gnome, false);
            assert_eq!(session.take(policy, unlocked), Outcome::Unchanged);
        }
    }

    #[test]
    fn the_end_of_the_session_and_its_screen_are_turned_off_apart() {
        let session_only = Policy {
            screen: false,
            ..ON
        };
        let ended = Session::default().take(session_only, Event::End);
        assert_eq!(ended, Outcome::Lock(Reason::SessionEnd));
        let screen_only = Policy {
            session: false,
            ..ON
        };
        let mut session = Session::default();
        let seen = Event::Screen(Source::Gnome, true);
        assert_eq!(session.take(screen_only, seen), LOCKED);
        // The screen is gone with the session. The next request opens what it has locked.
        let ended = session.take(screen_only, Event::End);
        assert_eq!(ended, Outcome::Unchanged);
        assert_eq!(session.keeps_locked(screen_only), None);
    }

    #[test]
    fn a_screen_that_locks_nothing_does_not_keep_the_sleep_from_locking() {
        let policy = Policy {
            screen: false,
            ..ON
        };
        let mut session = Session::default();
        session.take(policy, Event::Screen(Source::Gnome, true));
        let asleep = session.take(policy, Event::Sleep(true));
        assert_eq!(asleep, Outcome::Lock(Reason::Suspend));
        let awake = session.take(policy, Event::Sleep(false));
        assert_eq!(awake, Outcome::Unchanged, "it opens by the next request");
        assert!(session.is_seen_locked());
        session.forget_screen();
        assert!(session.is_seen_locked());
        session.forget_seen();
        assert!(!session.is_seen_locked());
    }

    #[test]
    fn the_user_may_say_that_the_screen_is_unlocked_until_it_is_locked_again() {
        let (mut session, _) = after(&[Event::Screen(Source::Login, true), Event::Told(true)]);
        session.forget_screen();
        assert_eq!(session.keeps_locked(ON), None);
        let again = Event::Screen(Source::Gnome, true);
        assert_eq!(session.take(ON, again), LOCKED);
    }
}
