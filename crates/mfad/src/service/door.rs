//! Opening the accounts and closing them.
//!
//! ```text
//!            request            open               read all items
//!   Closed ─────────▶ Probing ───────▶ Loading ───────────────────▶ Open
//!                        │ locked        ▲                            │
//!                        ▼               │ answered                   │ locked, gone, Lock
//!                     Prompting ─────────┘                            ▼
//!                        │ declined, nobody there                  Locked(why)
//!                        └───────────────────────────────────────────▲
//! ```
//!
//! Requests that arrive meanwhile wait, unless they would have to wait for a prompt that they did not allow.

use std::time::Duration;

use mfa_core::access::{Silences, Who};
use mfa_core::lock::{Reason, Session};
use mfa_core::port::StoreError;
use mfa_ipc::Error;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::attempt::Attempts;
use super::cause::{Cause, Needs};
use super::items::Items;
use super::request::Request;
use super::state::{Event, State, watch};
use super::{Parts, Service, errors};
use crate::keychain::{self, Identity};

/// The door between requests and the accounts.
pub(super) struct Door {
    pub(super) state: State,
    /// The tasks that open or close the accounts; dropped when the accounts are locked.
    pub(super) tasks: JoinSet<Event>,
    /// The items that are being read.
    pub(super) items: Items,
    /// The passphrase that is being tried, or the vault file that is being created.
    pub(super) attempts: Attempts,
    /// The store that is read or was read last; empty if it is unknown.
    pub(super) store: String,
    /// Why there are no accounts; empty if nothing is wrong.
    pub(super) problem: String,
    /// The OS keychain that held the accounts before, if another one answers now.
    pub(super) changed_from: Option<String>,
    /// Notified when the keychain may have been locked, unlocked or replaced.
    pub(super) changes: mpsc::Receiver<()>,
    /// The task that listens to the keychain.
    pub(super) watcher: AbortHandle,
    /// The time of the last request, since boot.
    pub(super) last_request: Duration,
    /// The number of times that the accounts were locked.
    pub(super) locks: u64,
    /// Who was refused a proof of presence a moment ago.
    pub(super) unproved: Silences<Who>,
    /// The session of the user, which may keep the accounts locked.
    pub(super) session: Session,
}

impl Door {
    pub(super) fn new(parts: &Parts) -> Self {
        let (watcher, changes) = watch(&parts.keychain);
        Self {
            state: if parts.notes.locked {
                State::Locked(Reason::Request)
            } else {
                State::Closed
            },
            tasks: JoinSet::new(),
            items: Items::default(),
            attempts: Attempts::default(),
            store: String::new(),
            problem: String::new(),
            changed_from: None,
            changes,
            watcher,
            last_request: parts.clock.since_boot(),
            locks: 0,
            unproved: Silences::default(),
            session: Session::default(),
        }
    }
}

impl Service {
    /// Serves a request, puts it aside or refuses it, depending on the state of the door.
    pub(super) fn arrived(&mut self, request: Request) {
        // The timer stands still while the system sleeps, so a request may come before it.
        self.lock_if_idle();
        if request.needs() == Needs::Nothing {
            return request.serve(self);
        }
        self.lock_if_unused();
        if let Some(reason) = self.stays_locked() {
            return self.turn_away(request, errors::locked(reason));
        }
        self.door.last_request = self.parts.clock.since_boot();
        match self.door.state {
            State::Open => return request.serve(self),
            State::Loading
                if !self.accounts.is_mixed && request.is_certain(&self.accounts.unlocked) =>
            {
                return request.serve(self);
            }
            State::Prompting if !request.asker.interactive => {
                return self.turn_away(request, errors::store(&StoreError::Locked));
            }
            _ => {}
        }
        self.park(request, Cause::Door);
        self.open();
    }

    /// Begins to open the accounts, unless this is under way or they have to stay locked.
    pub(super) fn open(&mut self) {
        let is_closed = matches!(self.door.state, State::Closed | State::Locked(_));
        if is_closed && self.stays_locked().is_none() {
            self.door.state = State::Probing;
            self.probe(Event::Probed);
        }
    }

    /// Looks again at a keychain that may have been locked, unlocked or removed.
    pub(super) fn look_again(&mut self) {
        if matches!(
            self.door.state,
            State::Open | State::Closed | State::Locked(Reason::Keychain)
        ) {
            self.probe(Event::Rechecked);
        }
    }

    fn probe(&mut self, event: fn(Result<keychain::State, StoreError>, Identity) -> Event) {
        let keychain = self.parts.keychain.clone();
        self.door.tasks.spawn(async move {
            let state = keychain.state().await;
            event(state, keychain.identity().await)
        });
    }

    pub(super) fn door_event(&mut self, event: Event) {
        match (event, self.door.state) {
            (Event::Probed(state, identity), State::Probing) => {
                self.identify(identity);
                self.probed(state);
            }
            (Event::Rechecked(state, identity), door) => {
                let known = &self.door.store;
                let is_other = !["", known].contains(&&*identity.store) && !known.is_empty();
                self.identify(identity);
                self.rechecked(state, door, is_other);
                if is_other {
                    // The known accounts are those of the previous store.
                    self.read_again();
                }
            }
            (Event::Prompted(Ok(())), State::Prompting) => self.load(),
            (Event::Prompted(Err(error)), State::Prompting) => {
                self.door.state = State::Locked(Reason::Keychain);
                self.refuse_all(&errors::unanswered(&error));
            }
            (Event::Loaded(result), State::Loading) => self.loaded(result),
            (Event::Probed(..) | Event::Prompted(_) | Event::Loaded(_) | Event::Closed, _) => {}
        }
    }

    fn identify(&mut self, Identity { name, store }: Identity) {
        self.announcer.keychain(name);
        // A store that gives no identity may be the same one.
        if !store.is_empty() {
            self.door.store = store;
        }
    }

    fn probed(&mut self, state: Result<keychain::State, StoreError>) {
        match state {
            Ok(keychain::State::Open) => self.load(),
            Ok(keychain::State::Locked) => self.ask_the_user(),
            Err(error) => self.unavailable(&error),
        }
    }

    fn rechecked(
        &mut self,
        state: Result<keychain::State, StoreError>,
        door: State,
        is_other: bool,
    ) {
        match (state, door) {
            (Ok(keychain::State::Open), State::Closed | State::Locked(Reason::Keychain)) => {
                self.load();
            }
            (Ok(keychain::State::Locked), State::Open) => {
                if !self.parts.lock.heeds_keychain(is_other) {
                    return tracing::info!("the keychain is locked; the accounts stay open");
                }
                self.lock(Reason::Keychain, &errors::store(&StoreError::Locked));
            }
            (Ok(keychain::State::Locked), State::Closed) => {
                self.door.state = State::Locked(Reason::Keychain);
            }
            (Err(error), State::Open | State::Closed | State::Locked(Reason::Keychain)) => {
                if door == State::Open {
                    self.lock(Reason::Keychain, &errors::store(&error));
                }
                self.unavailable(&error);
            }
            _ => {}
        }
    }

    /// Raises a prompt for the requests that allow it, and refuses the others.
    fn ask_the_user(&mut self) {
        let locked = errors::store(&StoreError::Locked);
        let is_patient = |request: &Request| request.asker.interactive;
        let at_door = self.parking.take_at_door().into_iter();
        let (patient, others): (Vec<_>, Vec<_>) = at_door.partition(is_patient);
        for request in others {
            self.turn_away(request, locked.clone());
        }
        if patient.is_empty() {
            self.door.state = State::Locked(Reason::Keychain);
            return;
        }
        for request in patient {
            self.park(request, Cause::Door);
        }
        self.door.state = State::Prompting;
        let keychain = self.parts.keychain.clone();
        self.door
            .tasks
            .spawn(async move { Event::Prompted(keychain.prompt().await) });
    }

    /// Handles a keychain that cannot be used: waiting requests are refused, and the next request tries again.
    pub(super) fn unavailable(&mut self, error: &StoreError) {
        self.door.state = match error {
            StoreError::Locked => State::Locked(Reason::Keychain),
            _ => State::Closed,
        };
        self.door.problem = error.to_string();
        tracing::warn!(%error, "cannot read the accounts");
        self.refuse_all(&errors::store(error));
    }

    /// Handles a panic in a task: no request may wait for it for ever, and the next request starts over.
    pub(super) fn door_failed(&mut self, error: &JoinError) {
        tracing::error!(%error, "a task ended unexpectedly");
        if self.door.state.is_opening() {
            self.door.state = State::Closed;
        }
        self.refuse_all(&errors::internal());
    }

    /// Refuses all requests that cannot go on without the accounts.
    pub(super) fn refuse_all(&mut self, error: &Error) {
        let is_one = |cause| matches!(cause, Cause::Door | Cause::Turn);
        for request in self.parking.take(|_, cause| is_one(cause)) {
            self.turn_away(request, error.clone());
        }
        self.changes.refuse(error);
    }

    /// Reads all items again, because the accounts turned out to be outdated.
    pub(super) fn read_again(&mut self) {
        if self.door.state == State::Open {
            self.door.state = State::Closed;
            self.open();
        }
    }
}
