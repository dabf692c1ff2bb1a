//! Locks and opens the accounts with the session of the user.
//!
//! A lock by the user is stronger: nothing here opens what `mfactl lock` or idling has locked.

use std::time::Duration;

use mfa_core::lock::{Event as Happened, Outcome, Reason};

use super::state::State;
use super::{Service, errors};
use crate::session::{Delay, Event};

/// How long the accounts stay closed at the start until the state of the session is known.
const START: Duration = Duration::from_secs(1);

impl Service {
    /// Waits until it is known whether the screen is locked. Otherwise, a daemon that was just started would open the
    /// accounts for a moment.
    pub(super) async fn look_at_session(&mut self) {
        let known = async {
            while let Some(event) = self.parts.session.recv().await {
                if matches!(event, Event::Known) {
                    return;
                }
                self.session_event(event);
            }
        };
        if tokio::time::timeout(START, known).await.is_err() {
            tracing::warn!(
                "the session does not answer; it is not known whether its screen is locked"
            );
        }
    }

    pub(super) fn session_event(&mut self, event: Event) {
        let Event::Happened(event, delay) = event else {
            return;
        };
        tracing::debug!(?event, "the session");
        if matches!(event, Happened::Screen(_, true) | Happened::Told(true)) {
            // Nobody sees them any more, even if the accounts stay open. What was allowed for a while ends too.
            self.deny_questions();
            self.consent.end();
        }
        if event == Happened::End {
            self.consent.session_ended();
        }
        match self.door.session.take(self.parts.lock, event) {
            Outcome::Lock(reason) => self.lock_with_session(reason, delay),
            Outcome::Open => {
                self.lock_if_unused();
                if self.door.state.is_locked_with_session() {
                    self.open();
                }
            }
            Outcome::Unchanged => {}
        }
    }

    fn lock_with_session(&mut self, reason: Reason, delay: Option<Delay>) {
        if self.door.state.is_locked_with_session() {
            // Locking once more would drop the delay of a lock that is under way.
            self.door.state = State::Locked(reason);
        } else if !self.door.state.is_locked_by_user() {
            self.lock(reason, &errors::locked(reason));
        }
        if delay.is_some() {
            self.close_keychain(delay);
        }
    }

    /// Returns why the accounts have to stay locked, whatever is requested.
    pub(super) fn stays_locked(&self) -> Option<Reason> {
        match self.door.state {
            State::Locked(reason) if reason.lasts() => Some(reason),
            _ => self.door.session.keeps_locked(self.parts.lock),
        }
    }
}
