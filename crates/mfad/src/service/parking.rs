//! Requests that are put aside: until the accounts are open, until a code is valid, until the user has answered a
//! question, or until all others have had a turn.
//!
//! Each request waits for a cause, and no longer than that cause may last. When it is resumed, the program that
//! asked is looked at again: it may have turned into another one meanwhile.

use std::time::Duration;

use mfa_core::access::record::Ground;
use mfa_ipc::Error;
use tokio::time::Instant;

use super::cause::{Cause, GLANCE, MAX_WAITING, NAP};
use super::consent::Takes;
use super::request::Request;
use super::{Service, errors};

/// The number of requests that may wait for their turn only.
const MAX_TURNS: usize = 8;

/// The requests that are put aside.
#[derive(Default)]
pub(super) struct Parking {
    /// In order of arrival.
    requests: Vec<(Request, Cause)>,
    /// When it was last looked at who has left. Other events come in between, and must not put this off.
    looked: Option<Instant>,
}

impl Parking {
    /// Puts a request aside, or returns it if there are too many.
    fn park(&mut self, request: Request, cause: Cause) -> Option<Request> {
        let has_turn = cause != Cause::Turn || self.count(Cause::Turn) < MAX_TURNS;
        if !has_turn || !self.has_room() {
            return Some(request);
        }
        self.requests.push((request, cause));
        None
    }

    /// Returns whether there is room for another request.
    pub(super) fn has_room(&mut self) -> bool {
        if self.requests.len() >= MAX_WAITING {
            self.requests.retain(|(request, _)| !request.is_given_up());
        }
        self.requests.len() < MAX_WAITING
    }

    /// Returns whether any request waits for its turn.
    pub(super) fn has_turns(&self) -> bool {
        self.count(Cause::Turn) > 0
    }

    /// Returns the number of requests that wait for a cause.
    pub(super) fn count(&self, cause: Cause) -> usize {
        let causes = self.requests.iter().map(|(_, cause)| *cause);
        causes.filter(|other| *other == cause).count()
    }

    /// Takes out the requests that satisfy a predicate.
    pub(super) fn take(&mut self, mut is_one: impl FnMut(&Request, Cause) -> bool) -> Vec<Request> {
        let taken = self
            .requests
            .extract_if(.., |(request, cause)| is_one(request, *cause));
        taken.map(|(request, _)| request).collect()
    }

    /// Takes out the requests that wait for the accounts.
    pub(super) fn take_at_door(&mut self) -> Vec<Request> {
        self.take(|_, cause| cause == Cause::Door)
    }

    /// Refuses the requests whose cause satisfies a predicate.
    pub(super) fn refuse(&mut self, error: &Error, is_one: impl Fn(Cause) -> bool) {
        for request in self.take(|_, cause| is_one(cause)) {
            request.refuse(error.clone());
        }
    }

    /// Returns how long to sleep for the requests that wait for the clock.
    pub(super) fn sleep(&self, now: u64) -> Option<Duration> {
        let waits = self.requests.iter().filter_map(|(_, cause)| match *cause {
            Cause::Clock { at, deadline } => {
                let left = Duration::from_secs(at.saturating_sub(now));
                Some(left.min(deadline.saturating_duration_since(Instant::now())))
            }
            Cause::Question(_) => Some(
                self.looked
                    .map_or(Duration::ZERO, |then| GLANCE.saturating_sub(then.elapsed())),
            ),
            Cause::Door | Cause::Turn => None,
        });
        waits.min().map(|wait| wait.min(NAP))
    }
}

impl Service {
    /// Puts a request aside, or refuses it if there are too many.
    pub(super) fn park(&mut self, request: Request, cause: Cause) {
        if let Some(request) = self.parking.park(request, cause) {
            self.turn_away(request, errors::too_much());
        }
    }

    /// Refuses a request that could not be decided on, and logs it if it was for codes or secrets.
    pub(super) fn turn_away(&mut self, request: Request, error: Error) {
        let ground = match error {
            Error::Locked(_) => Some(Ground::Locked),
            Error::LimitsExceeded(_) => Some(Ground::Limit),
            _ => None,
        };
        if let (Some(ground), Some(Takes(account, usage))) = (ground, request.takes()) {
            self.refused(&request.asker, account, usage, ground);
        }
        request.refuse(error);
    }

    /// Resumes the requests whose time has come, and refuses those that have waited too long.
    pub(super) fn look_at_clock(&mut self) {
        let now = self.parts.clock.unix().unwrap_or(u64::MAX);
        self.parking.looked = Some(Instant::now());
        self.parking
            .requests
            .retain(|(request, _)| !request.is_given_up());
        let is_due = |cause| matches!(cause, Cause::Clock { at, .. } if at <= now);
        for request in self.parking.take(|_, cause| is_due(cause)) {
            self.resume(request);
        }
        let today = Instant::now();
        let is_late = |cause| matches!(cause, Cause::Clock { deadline, .. } if deadline <= today);
        self.parking.refuse(&errors::clock_set_back(), is_late);
        self.look_at_questions();
    }

    /// Resumes the requests that wait for the clock before their time, because what they wait for may be gone.
    pub(super) fn wake_all(&mut self) {
        let is_one = |cause| matches!(cause, Cause::Clock { .. });
        for request in self.parking.take(|_, cause| is_one(cause)) {
            // What was allowed ends with the lock.
            self.resume(request.without_consent());
        }
    }

    /// Resumes one of the requests that wait for their turn.
    pub(super) fn next_turn(&mut self) {
        let mut is_first = true;
        let next = self
            .parking
            .take(|_, cause| cause == Cause::Turn && std::mem::replace(&mut is_first, false));
        for request in next.into_iter().filter(|request| !request.is_given_up()) {
            self.resume(request);
        }
    }

    /// Resumes a request that was put aside.
    pub(super) fn resume(&mut self, request: Request) {
        match self.check(&request.asker, request.takes()) {
            Ok(()) => self.arrived(request),
            Err(error) => request.refuse(error),
        }
    }
}
