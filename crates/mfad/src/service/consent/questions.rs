//! The questions to the user that are open, and what follows from the answers.
//!
//! Each question is shown by the [`Questioner`](crate::question::Questioner), in the tray and on the command line.
//! The first answer counts. Requests of the same asker for the same thing share one question.

use std::time::Duration;

use mfa_core::access::record::Ground;
use mfa_core::access::rules::{Accounts, Rule, Subject, Verdict};
use mfa_core::access::{Answer, Question, Use};
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Takes;
use crate::caller::Asker;
use crate::service::announce::Signal;
use crate::service::cause::Cause;
use crate::service::{Service, errors};

/// The number of questions that may be open at once: more than that nobody reads.
const MAX_OPEN: usize = 3;
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

struct Open {
    asker: Asker,
    account: Option<AccountId>,
    usage: Use,
    count: u32,
    question: Question,
    deadline: Instant,
    /// Takes the question off the screen when it is dropped.
    _shown: oneshot::Sender<()>,
}

impl Open {
    fn is_same(&self, asker: &Asker, account: Option<AccountId>, usage: Use, count: u32) -> bool {
        let (own, other) = (&self.asker.caller, &asker.caller);
        // Two processes that cannot be recognised may be different programs.
        let is_same_asker =
            own.who.is_recognisable() || (own.pid, own.start_time) == (other.pid, other.start_time);
        own.who == other.who
            && is_same_asker
            && own.transport == other.transport
            && (self.account, self.usage, self.count) == (account, usage, count)
    }
}

impl Questions {
    /// Returns how long to sleep until a question is over.
    pub(in crate::service) fn sleep(&self) -> Option<Duration> {
        let deadlines = self.open.iter().map(|open| open.deadline);
        let left = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
        deadlines.min().map(left)
    }

    /// Returns the questions, with the time that is left to answer them.
    pub(in crate::service) fn list(&self) -> Vec<Question> {
        let with_time = |open: &Open| Question {
            seconds: open
                .deadline
                .saturating_duration_since(Instant::now())
                .as_secs(),
            ..open.question.clone()
        };
        self.open.iter().map(with_time).collect()
    }

    /// Takes out another question of the same asker about the same account.
    fn take_other(&mut self, like: &Open) -> Option<Open> {
        let is_one = |open: &Open| open.is_same(&like.asker, like.account, like.usage, open.count);
        let place = self.open.iter().position(is_one)?;
        Some(self.open.remove(place))
    }

    fn take(&mut self, id: u64) -> Option<Open> {
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
        let open = &self.consent.questions.open;
        let mut same = open.iter();
        if let Some(same) = same.find(|open| open.is_same(asker, account, usage, count)) {
            let cause = Cause::Question(same.question.id);
            if self.parking.count(cause) >= MAX_SHARING {
                self.refused(asker, account, usage, Ground::Limit);
                return Err(errors::too_much());
            }
            return Ok(cause);
        }
        if open.len() >= MAX_OPEN {
            self.refused(asker, account, usage, Ground::Limit);
            return Err(errors::too_many_questions());
        }
        let entry = account.and_then(|id| self.accounts.unlocked.get(id));
        let account_name = entry.map(|entry| called(&entry.account));
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
            is_recognisable: asker.caller.who.is_recognisable(),
            seconds: patience.as_secs(),
        };
        let (shown, withdrawn) = oneshot::channel();
        let asking = self.consent.parts.questioner.ask(&question, withdrawn);
        let id = question.id;
        questions.answers.spawn(async move { (id, asking.await) });
        tracing::info!(caller = %asker.caller, question = id, "asked the user");
        questions.open.push(Open {
            asker: asker.clone(),
            account,
            usage,
            count,
            question,
            deadline: Instant::now() + patience,
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
                Ground::UntilLocked
            }
            // The rule for always may not be enough, for example if the program has inherited its connection. Then this
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
        let who = open.asker.caller.who.clone();
        let (error, ground) = match answer {
            Some(Answer::Never) => (errors::denied(), Ground::Always),
            Some(_) => (errors::denied(), Ground::Once),
            None => (errors::unanswered_question(), Ground::Unanswered),
        };
        match (answer, open.account) {
            (Some(Answer::Never), Some(account)) => self.remember(open, account, Verdict::Deny),
            _ => {
                let now = self.parts.clock.since_boot();
                self.consent.grants.deny(who, open.account, now);
            }
        }
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
        let seen = match &subject {
            Subject::Program { path, .. } => (self.consent.parts.seen)(path),
            _ => None,
        };
        let rule = Rule {
            verdict,
            subject,
            accounts: Accounts::One(account),
            seen,
        };
        if let Err(error) = self.set_rule(&open.asker, rule) {
            tracing::warn!(%error, "cannot remember the answer");
        }
    }

    /// Closes the questions whose time is over, and those that nobody waits for any more.
    pub(in crate::service) fn look_at_questions(&mut self) {
        let now = Instant::now();
        let is_over = |open: &Open| open.deadline <= now;
        let open = self.consent.questions.open.iter();
        let over = open.filter(|open| is_over(open));
        let over: Vec<_> = over.map(|open| open.question.id).collect();
        for id in over {
            self.answered(id, None);
        }
        let parking = &self.parking;
        let before = self.consent.questions.open.len();
        self.consent
            .questions
            .open
            .retain(|open| parking.count(Cause::Question(open.question.id)) > 0);
        if self.consent.questions.open.len() < before {
            self.announcer.tell(Signal::QuestionsChanged);
        }
    }

    /// Withdraws all questions: the accounts are locked, so there is nothing to allow.
    pub(in crate::service) fn withdraw_questions(&mut self, error: &Error) {
        self.consent.end();
        if !self.consent.questions.open.is_empty() {
            self.consent.questions.open.clear();
            self.announcer.tell(Signal::QuestionsChanged);
        }
        self.parking
            .refuse(error, |cause| matches!(cause, Cause::Question(_)));
    }
}

/// Returns what a question calls an account.
fn called(account: &Account) -> String {
    let issuer = &account.issuer;
    if issuer.is_empty() || issuer.to_lowercase() == account.name.to_lowercase() {
        return account.name.clone();
    }
    format!("{} ({issuer})", account.name)
}
