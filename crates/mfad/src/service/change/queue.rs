//! The changes that wait for the keychain, and the one that it is working on.

use std::collections::{BTreeSet, VecDeque};
use std::io;

use mfa_core::AccountId;
use mfa_core::port::StoreError;
use mfa_ipc::Error;
use tokio::sync::oneshot;
use tokio::task::JoinError;

use super::{Change, Discard, Forward, Job, Written};
use crate::caller::Asker;
use crate::service::cause::MAX_WAITING;
use crate::service::errands::Errands;
use crate::service::reply::{Refuse, Reply, Unanswered, answer};
use crate::service::state::State;
use crate::service::{Service, errors};

/// The changes, in order of arrival.
#[derive(Default)]
pub(in crate::service) struct Queue {
    waiting: VecDeque<Box<dyn Waiting>>,
    /// The change that is under way, and the work of the keychain, which always runs to its end, whatever happens to
    /// the accounts.
    underway: Errands<Box<dyn Underway>, Written>,
    /// The store in which a decided change may be incomplete.
    pub(in crate::service) incomplete: Option<String>,
    /// Whether the state file may hold a decision that counts as not made.
    pub(in crate::service) is_unsettled: bool,
}

/// A change that waits for its turn.
trait Waiting: Refuse {
    /// Begins the change. Returns `None` if it is answered already.
    fn begin(self: Box<Self>, service: &mut Service) -> Option<(Job, Box<dyn Underway>)>;
}

/// A change that the keychain is working on.
pub(in crate::service) trait Underway: Refuse {
    fn imported(&self) -> Option<u32>;
    fn is_of_many(&self) -> bool;
    fn note_left(&self, service: &mut Service, left: &BTreeSet<AccountId>) -> io::Result<()>;
    fn next(&mut self, service: &mut Service) -> Result<Option<Job>, Error>;
    fn done(self: Box<Self>, service: &mut Service);
}

struct Queued<C> {
    change: C,
    /// The program that wants the change, or `None` if it is our own.
    asker: Option<Asker>,
}

struct Begun<C: Change>(C::Ready);

impl Queue {
    /// Returns how many accounts of an import are stored so far, if one is under way.
    pub(in crate::service) fn importing(&self) -> Option<u32> {
        let mut changes = self.underway.waiters();
        changes.find_map(|change| change.imported())
    }

    /// Returns whether a change of many items is under way.
    pub(in crate::service) fn is_of_many(&self) -> bool {
        let mut changes = self.underway.waiters();
        changes.any(|change| change.is_of_many())
    }

    /// Waits for the end of the change that is under way, or returns `None` if none is.
    pub(in crate::service) async fn written(
        &mut self,
    ) -> Option<(Box<dyn Underway>, Result<Written, JoinError>)> {
        self.underway.ended().await
    }

    /// Refuses all changes that wait.
    pub(in crate::service) fn refuse(&mut self, error: &Error) {
        for change in self.waiting.drain(..) {
            change.refuse(error.clone());
        }
    }
}

impl<C: Change> Waiting for Unanswered<Queued<C>, C::Answer> {
    fn begin(self: Box<Self>, service: &mut Service) -> Option<(Job, Box<dyn Underway>)> {
        let Self { what, reply } = *self;
        let Queued { change, asker } = what;
        // It may have turned into another program while its change waited.
        let checked = match &asker {
            Some(asker) => service.check(asker, change.takes()),
            None => Ok(()),
        };
        let settled = service.settle();
        let settled = settled.map_err(|error| errors::change_not_noted(&error));
        let ready = checked.and(settled);
        match ready.and_then(|()| change.prepare(service)) {
            Ok((job, ready)) => {
                let what = Begun::<C>(ready);
                Some((job, Box::new(Unanswered { what, reply })))
            }
            Err(error) => {
                answer(reply, Err(error));
                None
            }
        }
    }
}

impl<C: Change> Underway for Unanswered<Begun<C>, C::Answer> {
    fn imported(&self) -> Option<u32> {
        C::imported(&self.what.0)
    }

    fn is_of_many(&self) -> bool {
        C::is_of_many(&self.what.0)
    }

    fn next(&mut self, service: &mut Service) -> Result<Option<Job>, Error> {
        C::next(&mut self.what.0, service)
    }

    fn note_left(&self, service: &mut Service, left: &BTreeSet<AccountId>) -> io::Result<()> {
        C::note_left(&self.what.0, service, left)
    }

    fn done(self: Box<Self>, service: &mut Service) {
        let Self { what, reply } = *self;
        let Begun(ready) = what;
        let is_open = match service.door.state {
            State::Open => true,
            State::Loading => C::is_done_while_reading(&ready),
            _ => false,
        };
        let result = if is_open {
            C::done(ready, service)
        } else {
            C::done_while_locked(ready)
        };
        answer(reply, result);
    }
}

impl Service {
    /// Puts a change into the queue.
    pub(in crate::service) fn change<C: Change>(
        &mut self,
        change: C,
        asker: Asker,
        reply: Reply<C::Answer>,
    ) {
        if self.changes.waiting.len() >= MAX_WAITING {
            return answer(reply, Err(errors::too_much()));
        }
        let asker = Some(asker);
        let what = Queued { change, asker };
        let waiting = Box::new(Unanswered { what, reply });
        self.changes.waiting.push_back(waiting);
        self.next_change();
    }

    /// Queues the removal of the items that a failed import left in a store. Nobody waits for it.
    pub(in crate::service) fn discard(&mut self, store: String) {
        self.changes.waiting.push_back(own(Discard(store)));
    }

    /// Begins the next change if none is under way and the accounts are known.
    pub(in crate::service) fn next_change(&mut self) {
        while self.changes.underway.is_empty() && self.door.state == State::Open {
            if let Some((store, steps)) = self.accounts.forward.take() {
                let forward = own(Forward { store, steps });
                self.changes.waiting.push_front(forward);
            } else if self.changes.incomplete.is_some() && !self.changes.waiting.is_empty() {
                // What is left to do is known once all is read again.
                return self.read_again();
            }
            let Some(change) = self.changes.waiting.pop_front() else {
                return;
            };
            if let Some((job, underway)) = change.begin(self) {
                self.changes.underway.start(underway, job);
            }
        }
    }

    /// Handles the keychain's answer to a change.
    pub(in crate::service) fn written(
        &mut self,
        mut change: Box<dyn Underway>,
        end: Result<Written, JoinError>,
    ) {
        let is_of_many = change.is_of_many();
        let end = match end {
            Ok(Written { result, left }) => match change.note_left(self, &left) {
                Ok(()) => result.map_err(Failure::Store),
                Err(error) => Err(Failure::NotNoted(error)),
            },
            // The items that the task left behind are still noted.
            Err(error) => Err(Failure::Crashed(error)),
        };
        let next = end.and_then(|()| change.next(self).map_err(Failure::NotDecided));
        match next {
            Ok(Some(job)) => return self.changes.underway.start(change, job),
            Ok(None) => change.done(self),
            Err(failure) => self.failed(change, &failure),
        }
        if is_of_many && self.accounts.is_mixed && self.door.items.is_at_end() {
            self.load();
        }
        self.next_change();
    }

    /// Handles a change that has failed.
    fn failed(&mut self, change: Box<dyn Underway>, failure: &Failure) {
        let (is_import, is_of_many) = (change.imported().is_some(), change.is_of_many());
        let error = failure.answer();
        if self.changes.incomplete.is_some() {
            // It is made nevertheless, and the others must wait until it is.
            let error = errors::incomplete(error.text());
            change.refuse(error.clone());
            self.changes.refuse(&error);
            if is_import {
                self.read_again();
            }
            return;
        }
        change.refuse(error);
        match failure {
            // The next daemon would remove the items that are still noted, so they are removed now. Notes that still
            // cannot be crossed out after that wait until the keychain is read again.
            Failure::NotNoted(_) | Failure::NotDecided(_) if is_import => self.discard_unfinished(),
            Failure::NotNoted(_) | Failure::NotDecided(_) => {}
            Failure::Store(StoreError::Changed) => self.read_again(),
            // Perhaps it is stored after all.
            Failure::Store(StoreError::TimedOut) if is_import && is_of_many => self.read_again(),
            Failure::Store(_) | Failure::Crashed(_) => self.look_again(),
        }
    }
}

/// Returns a change of our own, as it waits for its turn. Nobody waits for its answer.
fn own<C: Change>(change: C) -> Box<dyn Waiting> {
    let (reply, _) = oneshot::channel();
    let what = Queued {
        change,
        asker: None,
    };
    Box::new(Unanswered { what, reply })
}

/// Why a change has failed.
enum Failure {
    Store(StoreError),
    /// What is left of it cannot be recorded.
    NotNoted(io::Error),
    NotDecided(Error),
    Crashed(JoinError),
}

impl Failure {
    /// Returns the answer to the change, and logs what has happened.
    fn answer(&self) -> Error {
        match self {
            Self::Store(error) => {
                if !matches!(error, StoreError::Changed) {
                    tracing::warn!(%error, "cannot store an account");
                }
                errors::store(error)
            }
            Self::NotNoted(error) => {
                tracing::warn!(%error, "cannot record what is left of an import");
                errors::import_not_noted(error)
            }
            Self::NotDecided(error) => error.clone(),
            Self::Crashed(error) => crashed(error),
        }
    }
}

/// Returns the error for a change whose task has panicked. It may have been stored or not.
fn crashed(error: &JoinError) -> Error {
    tracing::error!(%error, "a task ended unexpectedly");
    errors::change_unknown()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_not_called_a_slow_keychain() {
        let panicked = tokio::spawn(async { panic!("as if by a bug") }).await;
        let error = crashed(&panicked.unwrap_err());
        assert!(matches!(&error, Error::Failed(text) if text.contains("internal error")));
    }
}
