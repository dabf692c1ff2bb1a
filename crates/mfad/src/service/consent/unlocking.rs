//! Who may undo the lock of the user.
//!
//! A prompt for a password does not say which program has raised it, and some systems have none. So the user is asked
//! about a program first, as about its codes. A person at a terminal, the tray, and the search of the desktop need no
//! question: there, the user has asked for it.

use mfa_core::access::record::Ground;
use mfa_core::access::rules::Subject;
use mfa_core::access::{Use, Who};
use mfa_core::lock::Reason;
use mfa_ipc::Error;

use super::ruling::may_be_another;
use super::{Applicant, Decision, Permit};
use crate::service::{Service, errors};

impl Service {
    /// Decides whether an asker may undo the lock of the user. No rule and no earlier answer covers that.
    pub(in crate::service) fn may_unlock(&mut self, asker: &Applicant) -> Result<Decision, Error> {
        let who = &asker.caller.who;
        let is_search = Subject::Search.fits(who) && !may_be_another(asker);
        // The user may have undone the lock while the question about it was open.
        let is_undone = !self.door.state.is_locked_by_user();
        if is_undone || is_search || matches!(who, Who::Person | Who::Tray) {
            return Ok(Decision::Yes(Permit::by(Ground::Default)));
        }
        if let Some(ground) = asker.allowed_on(None, Use::Unlock) {
            return Ok(Decision::Yes(Permit::by(ground)));
        }
        if self.is_attended() && !asker.may_be_asked_about {
            return Err(errors::locked(Reason::Request));
        }
        self.ask(asker, None, Use::Unlock, 1)
    }
}
