//! The rules on who may have what, and the questions to the user.

use mfa_core::access::rules::{Accounts, Files, Rule, Subject};
use mfa_core::access::{Answer, Question};
use mfa_ipc::Error;
use mfa_ipc::types::{AccessRule, RuleScope};

use super::{Ask, Needs, Served};
use crate::service::Service;
use crate::service::consent::Applicant;

/// A request for the rules: those of the user, then the defaults that are left.
pub(crate) struct Rules;

/// A request for the open questions.
pub(crate) struct Questions;

/// A request to set a rule.
pub(crate) struct SetRule(pub(crate) AccessRule);

/// A request to remove the rules of a scope. The answer is their number.
pub(crate) struct ForgetRules(pub(crate) RuleScope);

/// A request to answer the question with this number.
pub(crate) struct AnswerQuestion(pub(crate) u64, pub(crate) Answer);

impl Ask for Rules {
    type Answer = Vec<AccessRule>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let rules = service.rules();
        let shown = |rule: &Rule, is_default| AccessRule {
            name: service.name_of(&rule.accounts),
            has_changed: service.has_changed(rule),
            is_default,
            ..AccessRule::from(rule)
        };
        let own = rules.own().iter().map(|rule| shown(rule, false));
        let defaults: Vec<_> = rules.remaining_defaults().collect();
        let defaults = defaults.iter().map(|rule| shown(rule, true));
        Ok(Served::Now(own.chain(defaults).collect()))
    }
}

impl Ask for Questions {
    type Answer = Vec<Question>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let now = service.parts.clock.since_boot();
        Ok(Served::Now(service.consent.questions.list(now)))
    }
}

impl Ask for SetRule {
    type Answer = ();

    fn needs(&self) -> Needs {
        needs(&self.0.scope)
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let AccessRule { verdict, scope, .. } = self.0;
        let (subject, accounts) = service.meant(scope)?;
        let rule = Rule {
            verdict,
            subject: subject.unwrap_or(Subject::Anybody),
            accounts: accounts.unwrap_or(Accounts::All),
            seen: Files::default(),
        };
        service.set_rule_for(asker, rule).map(Served::Now)
    }
}

impl Ask for ForgetRules {
    type Answer = u32;

    fn needs(&self) -> Needs {
        needs(&self.0)
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let (subject, accounts) = service.meant(self.0)?;
        let removed = service.forget_rules(asker, subject.as_ref(), accounts.as_ref())?;
        Ok(Served::Now(u32::try_from(removed).unwrap_or(u32::MAX)))
    }
}

impl Ask for AnswerQuestion {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        service
            .answer_question(asker, self.0, self.1)
            .map(Served::Now)
    }
}

/// Returns what is needed to find the accounts of a scope: the name of an account has to be looked up.
fn needs(scope: &RuleScope) -> Needs {
    match scope.account {
        Some(_) => Needs::Accounts,
        None => Needs::Nothing,
    }
}

impl Service {
    /// Returns the subject and the accounts that a scope means.
    fn meant(&self, scope: RuleScope) -> Result<(Option<Subject>, Option<Accounts>), Error> {
        let accounts = match (scope.account, scope.tag) {
            (Some(query), _) => Some(Accounts::One(self.accounts.resolve(&query)?.account.id)),
            (None, Some(tag)) => Some(Accounts::Tag(tag)),
            (None, None) => None,
        };
        Ok((scope.subject, accounts))
    }

    /// Returns the name of the single account that a rule is about, if it is known.
    fn name_of(&self, accounts: &Accounts) -> Option<String> {
        let Accounts::One(id) = accounts else {
            return None;
        };
        let entry = self.accounts.unlocked.get(*id)?;
        Some(entry.account.name.clone())
    }
}
