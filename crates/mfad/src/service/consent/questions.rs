//! The questions to the user that are open, and what follows from the answers.
//!
//! Each question is shown by the [`Questioner`](crate::question::Questioner), in the tray and on the command line.
//! The first answer counts. Requests of the same asker for the same thing share one question.

use std::time::Duration;

use mfa_core::AccountId;
use mfa_core::access::record::Ground;
use mfa_core::access::rules::{Accounts, Rule, Subject, Verdict};
use mfa_core::access::{Answer, Question, Use, Wanted, Who};
use mfa_ipc::Error;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Takes;
use super::ruling::may_be_another;
use super::sites::is_first_site;
use crate::caller::Asker;
use crate::service::announce::Signal;
use crate::service::cause::Cause;
use crate::service::{Service, errors};

/// The number of questions that may be open at once: more than that nobody reads.
const MAX_OPEN: usize = 3;
/// The number of those that one asker may have, so that it cannot keep others from asking.
const MAX_OF_ONE: usize = 2;
/// The number of requests that may wait for the answer to one question, so that one asker cannot take all places.
const MAX_SHARING: usize = 16;

/// The questions that are open.
#[derive(Default)]
pub(in crate::service) struct Questions {
    open: Vec<Open>,
    /// Yields the answer to the question with a number; nothing if the question was closed.
    pub(in crate::service) answers: JoinSet<(u64, Option<Answer>)>,
    asked: u64,
}

pub(super) struct Open {
    asker: Asker,
    account: Option<AccountId>,
    usage: Use,
    count: u32,
    question: Question,
    /// By the clock that counts suspend.
    deadline: Duration,
    /// Takes the question off the screen when it is dropped.
    _shown: oneshot::Sender<()>,
}

impl Open {
    fn is_same(&self, asker: &Asker, account: Option<AccountId>, usage: Use, count: u32) -> bool {
        let (own, other) = (&self.asker.caller, &asker.caller);
        // Two processes that cannot be recognised may be different programs.
        let is_same_asker = || {
            own.who.is_recognisable() && !may_be_another(asker)
                || (own.pid, own.start_time) == (other.pid, other.start_time)
        };
        own.who == other.who
            && is_same_asker()
            && own.transport == other.transport
            && (self.account, self.usage, self.count) == (account, usage, count)
    }
}

impl Questions {
    /// Returns how long to sleep until a question is over.
    pub(in crate::service) fn sleep(&self, now: Duration) -> Option<Duration> {
        let deadlines = self.open.iter().map(|open| open.deadline);
        deadlines.min().map(|first| first.saturating_sub(now))
    }

    /// Returns the questions, with the time that is left to answer them.
    pub(in crate::service) fn list(&self, now: Duration) -> Vec<Question> {
        let with_time = |open: &Open| Question {
            seconds: open.deadline.saturating_sub(now).as_secs(),
            ..open.question.clone()
        };
        self.open.iter().map(with_time).collect()
    }

    /// Returns whether an asker may have another question. A browser is one asker on all its sites.
    fn have_room_for(&self, who: &Who) -> bool {
        let is_of_one = |open: &&Open| open.asker.caller.who.anywhere() == who.anywhere();
        let of_this_one = self.open.iter().filter(is_of_one);
        self.open.len() < MAX_OPEN && of_this_one.count() < MAX_OF_ONE
    }

    /// Takes out another question of the same asker about the same account.
    fn take_other(&mut self, like: &Open) -> Option<Open> {
        let is_one = |open: &Open| open.is_same(&like.asker, like.account, like.usage, open.count);
        let place = self.open.iter().position(is_one)?;
        Some(self.open.remove(place))
    }

    /// Returns the number of each open question, and what it is about.
    pub(super) fn open_ones(&self) -> Vec<(u64, Asker, Option<AccountId>, Use)> {
        let open = self.open.iter();
        open.map(|one| (one.question.id, one.asker.clone(), one.account, one.usage))
            .collect()
    }

    /// Takes out a question. It goes off the screen when it is dropped.
    pub(super) fn take(&mut self, id: u64) -> Option<Open> {
        let place = self.open.iter().position(|open| open.question.id == id)?;
        Some(self.open.remove(place))
    }
}

impl Service {
    /// Asks the user, unless the same question is open already. Returns the cause for which the request is put aside.
    pub(super) fn question(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
        count: u32,
    ) -> Result<Cause, Error> {
        let mut open = self.consent.questions.open.iter();
        if let Some(same) = open.find(|open| open.is_same(asker, account, usage, count)) {
            let cause = Cause::Question(same.question.id);
            if self.parking.count(cause) >= MAX_SHARING {
                self.refused(asker, account, usage, Ground::Limit);
                return Err(errors::too_much());
            }
            return Ok(cause);
        }
        if !self.consent.questions.have_room_for(&asker.caller.who) {
            self.refused(asker, account, usage, Ground::Limit);
            return Err(errors::too_many_questions());
        }
        let entry = account.and_then(|id| self.accounts.unlocked.get(id));
        let account_name = entry.map(|entry| entry.account.called());
        let is_first_site = entry.is_some_and(|entry| is_first_site(asker, &entry.account));
        let patience = self.consent.parts.policy.patience;
        let questions = &mut self.consent.questions;
        questions.asked += 1;
        let question = Question {
            id: questions.asked,
            asker: asker.caller.who.to_string(),
            line: asker.line(),
            account: account_name,
            usage,
            count,
            reason: asker.reason.clone(),
            transport: asker.caller.transport,
            // No answer lasts for a program that may have been another one when it asked.
            is_recognisable: asker.caller.who.is_recognisable() && !may_be_another(asker),
            is_first_site,
            seconds: patience.as_secs(),
        };
        let (shown, withdrawn) = oneshot::channel();
        let asking = self.shown_by(&question, withdrawn);
        let (id, questions) = (question.id, &mut self.consent.questions);
        questions.answers.spawn(async move { (id, asking.await) });
        tracing::info!(caller = %asker.caller, question = id, "asked the user");
        questions.open.push(Open {
            asker: asker.clone(),
            account,
            usage,
            count,
            question,
            deadline: self.parts.clock.since_boot() + patience,
            _shown: shown,
        });
        self.announcer.tell(Signal::QuestionsChanged);
        Ok(Cause::Question(id))
    }

    /// Handles the answer to a question, or that it was closed. Returns whether it was still open.
    pub(in crate::service) fn answered(&mut self, id: u64, answer: Option<Answer>) -> bool {
        let Some(open) = self.consent.questions.take(id) else {
            return false;
        };
        self.announcer.tell(Signal::QuestionsChanged);
        let allowed = open.question.answers();
        // A questioner offers no other answers. If one came all the same, it would allow too much.
        let answer = answer.filter(|answer| allowed.contains(answer));
        tracing::info!(
            question = id,
            answer = answer.map(Answer::as_str),
            "the question is answered"
        );
        match answer {
            Some(answer) if answer.allows() => self.allow(id, &open, answer),
            _ => self.deny(id, &open, answer),
        }
        true
    }

    fn allow(&mut self, id: u64, open: &Open, answer: Answer) {
        let who = &open.asker.caller.who;
        let ground = match (answer, open.account) {
            (Answer::UntilLocked, Some(account)) => {
                let now = self.parts.clock.since_boot();
                let grants = &mut self.consent.grants;
                grants.give(who.clone(), account, open.usage, now);
                self.decide_open_questions();
                Ground::UntilLocked
            }
            // The rule for always may not be enough, for example if the file of the program can be replaced. Then this
            // request is allowed and no other.
            (Answer::Always, Some(account)) => {
                self.remember(open, account, Verdict::Allow);
                Ground::Once
            }
            _ => Ground::Once,
        };
        let is_one = |cause| cause == Cause::Question(id);
        for request in self.parking.take(|_, cause| is_one(cause)) {
            let takes = Takes(open.account, open.usage);
            if let Err(error) = self.check(&request.asker, Some(takes)) {
                request.refuse(error);
                continue;
            }
            self.arrived(request.allowed(open.account, open.usage, ground));
        }
    }

    fn deny(&mut self, id: u64, open: &Open, answer: Option<Answer>) {
        let (error, ground) = match answer {
            Some(Answer::Never) => (errors::denied(), Ground::Always),
            Some(_) => (errors::denied(), Ground::Once),
            None => (errors::unanswered_question(), Ground::Unanswered),
        };
        if let (Some(Answer::Never), Some(account)) = (answer, open.account) {
            self.remember(open, account, Verdict::Deny);
        }
        // After "never" too: the rule may not have been stored.
        let now = self.parts.clock.since_boot();
        let wanted = Wanted::new(&open.asker.caller.who, open.account, open.usage);
        self.consent.grants.deny(wanted, now);
        self.refused(&open.asker, open.account, open.usage, ground);
        self.parking
            .refuse(&error, |cause| cause == Cause::Question(id));
        // The same asker may want the same in other numbers.
        if let Some(other) = self.consent.questions.take_other(open) {
            self.deny(other.question.id, &other, answer);
        }
    }

    /// Makes a rule of an answer.
    fn remember(&mut self, open: &Open, account: AccountId, verdict: Verdict) {
        let Some(subject) = Subject::exactly(&open.asker.caller.who) else {
            return;
        };
        let seen = subject.files(self.consent.parts.seen);
        let rule = Rule {
            verdict,
            subject,
            accounts: Accounts::One(account),
            seen,
        };
        if let Err(error) = self.set_rule(&open.asker, rule, Ground::Always) {
            tracing::warn!(%error, "cannot remember the answer");
        }
    }

    /// Closes the questions whose time is over, and those that nobody waits for any more.
    pub(in crate::service) fn look_at_questions(&mut self) {
        let now = self.parts.clock.since_boot();
        let open = self.consent.questions.open.iter();
        let over = open.filter(|open| open.deadline <= now);
        let over: Vec<_> = over.map(|open| open.question.id).collect();
        for id in over {
            self.answered(id, None);
        }
        self.end_questions_of_nobody();
    }

    /// Answers all questions with a no, as if nobody had answered in time.
    pub(in crate::service) fn deny_questions(&mut self) {
        let open = self.consent.questions.open.iter();
        for id in open.map(|open| open.question.id).collect::<Vec<_>>() {
            self.answered(id, None);
        }
    }

    /// Withdraws all questions: the accounts are locked, so there is nothing to allow.
    pub(in crate::service) fn withdraw_questions(&mut self, error: &Error) {
        self.consent.end();
        if !self.consent.questions.open.is_empty() {
            self.consent.questions.open.clear();
            self.announcer.tell(Signal::QuestionsChanged);
        }
        let is_one = |cause| matches!(cause, Cause::Question(_));
        for request in self.parking.take(|_, cause| is_one(cause)) {
            self.turn_away(request, error.clone());
        }
    }
}
