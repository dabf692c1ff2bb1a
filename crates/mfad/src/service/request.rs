//! A request on its way to the service: its asker, what it asks for, and the channel for its answer.
//!
//! How a request is answered or put aside is written once, here, and how it is refused in [`reply`](super::reply). What
//! it asks for is a type of its own in [`ask`](super::ask) or [`change`](super::change).

use mfa_core::AccountId;
use mfa_core::access::Use;
use mfa_core::access::record::Ground;
use mfa_core::unlocked::Unlocked;
use mfa_ipc::Error;

use super::ask::{Ask, Served};
use super::cause::Needs;
use super::change::Change;
use super::consent::{Applicant, Takes};
use super::reply::{Refuse, Reply, Unanswered, answer};
use super::state::State;
use super::{Service, errors};
use crate::caller::Asker;

/// A request.
pub(super) struct Request {
    pub(super) asker: Applicant,
    work: Box<dyn Work>,
}

/// The work of a request, whatever the type of its answer.
trait Work: Refuse {
    fn needs(&self) -> Needs;
    fn takes(&self) -> Option<Takes>;
    fn is_certain(&self, unlocked: &Unlocked) -> bool;
    fn is_given_up(&self) -> bool;
    fn serve(self: Box<Self>, service: &mut Service, asker: Applicant);
}

impl Request {
    /// Creates a request that changes nothing.
    pub(super) fn ask<A: Ask>(asker: Applicant, ask: A, reply: Reply<A::Answer>) -> Self {
        let what = Asked(ask);
        let work = Box::new(Unanswered { what, reply });
        Self { asker, work }
    }

    /// Creates a request that changes accounts.
    pub(super) fn change<C: Change>(asker: Asker, change: C, reply: Reply<C::Answer>) -> Self {
        let asker = Applicant::new(asker);
        let what = Wanted(change);
        let work = Box::new(Unanswered { what, reply });
        Self { asker, work }
    }

    /// Returns the same request, now that the user has allowed this use of an account, or of all accounts.
    pub(super) fn allowed(self, account: Option<AccountId>, usage: Use, ground: Ground) -> Self {
        let Self { asker, work } = self;
        let asker = asker.allowed(account, usage, ground);
        Self { asker, work }
    }

    /// Returns the same request without what the user has allowed.
    pub(super) fn without_consent(self) -> Self {
        let Self { asker, work } = self;
        let asker = Applicant::new(asker.into_asker());
        Self { asker, work }
    }

    /// Returns what is needed to serve the request.
    pub(super) fn needs(&self) -> Needs {
        self.work.needs()
    }

    /// Returns what the request takes, if it takes codes or secrets.
    pub(super) fn takes(&self) -> Option<Takes> {
        self.work.takes()
    }

    /// Returns whether accounts that are still to be read cannot change the answer.
    pub(super) fn is_certain(&self, unlocked: &Unlocked) -> bool {
        self.work.is_certain(unlocked)
    }

    /// Returns whether nobody waits for the answer any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.work.is_given_up()
    }

    /// Answers the request, puts it aside, or puts it into the queue of changes.
    pub(super) fn serve(self, service: &mut Service) {
        self.work.serve(service, self.asker);
    }

    /// Answers with an error.
    pub(super) fn refuse(self, error: Error) {
        self.work.refuse(error);
    }
}

/// The work of a request that changes nothing.
struct Asked<A>(A);

/// The work of a request that changes accounts.
struct Wanted<C>(C);

impl<A: Ask> Work for Unanswered<Asked<A>, A::Answer> {
    fn needs(&self) -> Needs {
        self.what.0.needs()
    }

    fn takes(&self) -> Option<Takes> {
        self.what.0.takes()
    }

    fn is_certain(&self, unlocked: &Unlocked) -> bool {
        self.what.0.is_certain(unlocked)
    }

    fn is_given_up(&self) -> bool {
        self.reply.is_closed()
    }

    fn serve(self: Box<Self>, service: &mut Service, asker: Applicant) {
        let Self { what, reply } = *self;
        match what.0.serve(service, &asker) {
            Ok(Served::Now(result)) => answer(reply, Ok(result)),
            Ok(Served::Later(ask, cause)) => {
                let request = Request::ask(asker, ask, reply);
                service.park(request, cause);
            }
            Err(error) => answer(reply, Err(error)),
        }
    }
}

impl<C: Change> Work for Unanswered<Wanted<C>, C::Answer> {
    fn needs(&self) -> Needs {
        self.what.0.needs()
    }

    fn takes(&self) -> Option<Takes> {
        self.what.0.takes()
    }

    fn is_certain(&self, _: &Unlocked) -> bool {
        false
    }

    fn is_given_up(&self) -> bool {
        // A client that gave up waiting still wants the change, as long as its program runs.
        false
    }

    fn serve(self: Box<Self>, service: &mut Service, asker: Applicant) {
        let Self { what, reply } = *self;
        if what.0.needs() == Needs::Nothing && service.door.state != State::Open {
            return answer(reply, Err(errors::locked_meanwhile()));
        }
        service.change(what.0, asker.into_asker(), reply);
    }
}
