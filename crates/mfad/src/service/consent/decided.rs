//! Open questions that need no answer any more: a new rule or a new grant decides on them, or nobody waits for them.
//!
//! The user may allow a program on the command line while a question about it is open, or answer "always" to one of two
//! questions of the same program. The requests are then served again, and the decision is taken as for new ones.

use mfa_core::AccountId;
use mfa_core::access::record::Ground;
use mfa_core::access::{Use, Wanted};

use super::ruling::{Ruling, may_be_another};
use crate::caller::Asker;
use crate::service::Service;
use crate::service::announce::Signal;
use crate::service::cause::Cause;

impl Service {
    /// Closes the open questions on which the rules or the grants now decide, and resumes the requests behind them.
    pub(in crate::service) fn decide_open_questions(&mut self) {
        for (id, asker, account, usage) in self.consent.questions.open_ones() {
            if self.is_decided(&asker, account, usage) {
                self.serve_again(id);
            }
        }
    }

    /// Closes the open questions of browsers about an account, which has got its first site meanwhile. Their requests are
    /// refused, or asked about anew.
    pub(in crate::service) fn has_first_site(&mut self, account: AccountId) {
        for (id, asker, about, _) in self.consent.questions.open_ones() {
            if asker.site.is_some() && about == Some(account) {
                self.serve_again(id);
            }
        }
    }

    fn serve_again(&mut self, question: u64) {
        drop(self.consent.questions.take(question));
        self.announcer.tell(Signal::QuestionsChanged);
        let is_one = |cause| cause == Cause::Question(question);
        for request in self.parking.take(|_, cause| is_one(cause)) {
            self.resume(request);
        }
    }

    /// Closes the questions that nobody waits for any more. A program that asks the same again and again, and takes it
    /// back each time, is refused for a while after the second time, so that it cannot ask until the user gives in.
    pub(super) fn end_questions_of_nobody(&mut self) {
        // Several questions that end together are taken back once.
        let mut before = Vec::new();
        for (id, asker, account, usage) in self.consent.questions.open_ones() {
            if self.parking.count(Cause::Question(id)) > 0 {
                continue;
            }
            drop(self.consent.questions.take(id));
            self.announcer.tell(Signal::QuestionsChanged);
            self.refused(&asker, account, usage, Ground::Unanswered);
            let wanted = Wanted::new(&asker.caller.who, account, usage);
            if before.contains(&wanted) {
                continue;
            }
            before.push(wanted.clone());
            let (consent, now) = (&mut self.consent, self.parts.clock.since_boot());
            if consent.taken_back.left(|one| *one == wanted, now).is_some() {
                consent.grants.deny(wanted, now);
            } else {
                consent.taken_back.begin(wanted, now);
            }
        }
    }

    fn is_decided(&mut self, asker: &Asker, account: Option<AccountId>, usage: Use) -> bool {
        if usage == Use::Unlock {
            return !self.door.state.is_locked_by_user();
        }
        match (self.ruling(asker, account, usage), account) {
            (Ok(Ruling::Ask), Some(id)) if usage != Use::Secret => {
                let now = self.parts.clock.since_boot();
                let grants = &mut self.consent.grants;
                !may_be_another(asker) && grants.allow(&asker.caller.who, id, usage, now)
            }
            (Ok(Ruling::Ask), _) => false,
            _ => true,
        }
    }
}
