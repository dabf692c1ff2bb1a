//! Locking the accounts, and undoing the user's lock.

use std::time::Duration;

use mfa_core::lock::Reason;
use mfa_core::port::StoreError;
use mfa_ipc::Error;
use tokio::task::JoinSet;

use super::state::{Event, State};
use super::{Service, errors};
use crate::session::Delay;

/// The longest sleep while idling is limited: a sleep does not count the time in suspend.
const IDLE_CHECK: Duration = Duration::from_secs(60);

impl Service {
    /// Closes the accounts and wipes them. Requests that wait for them get the error.
    ///
    /// A change that is under way may finish, so that its answer is true.
    pub(super) fn lock(&mut self, reason: Reason, error: &Error) {
        tracing::info!("locked {reason}");
        self.door.locks += 1;
        // Tasks that are under way would open the accounts again.
        self.door.tasks = JoinSet::new();
        self.stop_attempt();
        self.door.items.end();
        self.accounts.clear();
        self.door.state = State::Locked(reason);
        self.refuse_all(error);
        self.withdraw_questions(error);
        self.close_keychain(None);
        // These requests may unlock the keychain, or have nothing left to wait for.
        self.wake_all();
    }

    /// Has the keychain wipe what it holds. A delay is dropped after that.
    pub(super) fn close_keychain(&mut self, delay: Option<Delay>) {
        let keychain = self.parts.keychain.clone();
        self.door.tasks.spawn(async move {
            keychain.close().await;
            drop(delay);
            Event::Closed
        });
    }

    /// Locks until the user unlocks. An error means that a restart will undo the lock.
    pub(super) fn lock_on_request(&mut self) -> Result<(), Error> {
        if !self.door.state.is_locked_by_user() {
            self.lock(Reason::Request, &errors::store(&StoreError::Locked));
        }
        self.note_lock(true)
            .map_err(|error| errors::not_noted(&error))
    }

    /// Returns when to check next whether the accounts are to be locked, if they may be locked for being idle.
    pub(super) fn idle_check(&self) -> Option<Duration> {
        let now = self.parts.clock.since_boot();
        let remaining = self.parts.lock.remaining(self.door.last_request, now)?;
        (self.door.state == State::Open).then(|| remaining.min(IDLE_CHECK))
    }

    /// Locks open accounts that have been unused for too long.
    pub(super) fn lock_if_idle(&mut self) {
        if self.idle_check().is_some_and(|left| left.is_zero()) {
            self.lock_idle();
        }
    }

    /// Locks accounts until the user unlocks them, if they were locked with the session and have been unused for too
    /// long since. No timer runs for that: it is done before they would be opened.
    pub(super) fn lock_if_unused(&mut self) {
        let now = self.parts.clock.since_boot();
        let remaining = self.parts.lock.remaining(self.door.last_request, now);
        if self.door.state.is_locked_with_session() && remaining.is_some_and(|left| left.is_zero())
        {
            self.lock_idle();
        }
    }

    fn lock_idle(&mut self) {
        self.lock(Reason::Idle, &errors::store(&StoreError::Locked));
        if let Err(error) = self.note_lock(true) {
            tracing::warn!(%error, "cannot record the lock; it will not survive a restart");
        }
    }

    /// Undoes the lock of the user or the screen: the next request opens the accounts. If a person does so, the person is
    /// there and can be asked.
    pub(super) fn end_lock(&mut self, is_person: bool) {
        let was_by_user = self.door.state.is_locked_by_user();
        self.door.session.forget_screen();
        if is_person {
            self.door.session.forget_seen();
        }
        if was_by_user || self.door.state.is_locked_with_session() {
            let reason = self.door.session.keeps_locked(self.parts.lock);
            self.door.state = reason.map_or(State::Closed, State::Locked);
        }
        if was_by_user {
            if let Err(error) = self.note_lock(false) {
                tracing::warn!(%error, "cannot record the unlock; the accounts will be locked after a restart");
            }
            self.decide_open_questions();
        }
    }

    fn note_lock(&mut self, locked: bool) -> std::io::Result<()> {
        self.parts.notes.locked = locked;
        self.parts.journal.store(&self.parts.notes)
    }
}
