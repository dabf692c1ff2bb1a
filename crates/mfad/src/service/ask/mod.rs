//! The requests that change no account: each is one type with its answer, and one function that serves it.
//!
//! A new request is a file here and a method in [`interface`](crate::interface).

mod access;
mod backed_up;
mod changed;
mod codes;
mod compare;
mod copy;
mod file;
mod find;
mod followed;
mod list;
mod lock;
mod peek;
mod plan;
mod reveal;
mod search;
mod snapshot;
mod status;

use mfa_core::unlocked::Unlocked;
use mfa_ipc::Error;

use super::cause::{Cause, Needs};
use super::consent::{Applicant, Takes};
use super::{Service, errors};
pub(crate) use access::{AnswerQuestion, ForgetRules, Questions, Rules, SetRule};
pub(crate) use backed_up::BackedUp;
pub(super) use changed::Changed;
pub(super) use codes::{Codes, Given, What};
pub(super) use compare::Compare;
pub(crate) use copy::Offer;
pub(super) use copy::{MayCopy, Trays};
pub(super) use file::{Awaited, MakeFile, OpenFile};
pub(crate) use find::Find;
pub(super) use followed::MayKeep;
pub(crate) use followed::{Followed, Report};
pub(crate) use list::{Get, List};
pub(crate) use lock::Lock;
pub(super) use lock::{EndLock, MayUnlock, NotProved, Open, ToUnlock, Unlocking};
pub(crate) use peek::Peek;
pub(super) use plan::Plan;
pub(crate) use reveal::{Export, ExportSome, Reveal};
pub(crate) use search::Search;
pub(super) use snapshot::Snapshot;
pub(crate) use status::Status;

/// A request that changes no account.
pub(crate) trait Ask: Send + Sized + 'static {
    /// The answer to the request.
    type Answer: Send + 'static;

    /// Returns what is needed to serve the request.
    fn needs(&self) -> Needs {
        Needs::Accounts
    }

    /// Returns whether accounts that are still to be read cannot change the answer.
    fn is_certain(&self, _unlocked: &Unlocked) -> bool {
        false
    }

    /// Returns what the request takes, if it takes codes or secrets. The log names it if the request is refused because
    /// its program has changed.
    fn takes(&self) -> Option<Takes> {
        None
    }

    /// Serves the request.
    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error>;
}

/// The outcome of serving a request.
pub(crate) enum Served<A: Ask> {
    /// The answer.
    Now(A::Answer),
    /// The request is put aside, and is served again when the cause is gone.
    Later(A, Cause),
}

impl Service {
    /// Returns the Unix time in seconds.
    pub(super) fn now(&self) -> Result<u64, Error> {
        self.parts.clock.unix().ok_or_else(errors::before_1970)
    }
}
