//! Lists and changes the rules, for a person at a terminal and for the tray.
//!
//! A program that could change the rules would need no consent, so nobody else may.

use std::collections::BTreeMap;

use mfa_core::access::record::Ground;
use mfa_core::access::rules::{Accounts, Rule, Rules, Seen, Subject};
use mfa_core::access::{Answer, Who};
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use crate::caller::Asker;
use crate::service::{Service, errors};

impl Service {
    /// Returns the rules of the user.
    pub(in crate::service) fn rules(&self) -> &Rules {
        &self.consent.parts.rules
    }

    /// Returns whether the program of a rule has changed since the rule was made.
    pub(in crate::service) fn has_changed(&self, rule: &Rule) -> bool {
        let (then, now) = (rule.seen, rule.subject.files(self.consent.parts.seen));
        let has_changed = |then: Option<Seen>, now| then.is_some() && then != now;
        has_changed(then.executable, now.executable) || has_changed(then.script, now.script)
    }

    /// Sets a rule for an asker, for a program as it is now.
    pub(in crate::service) fn set_rule_for(
        &mut self,
        asker: &Asker,
        mut rule: Rule,
    ) -> Result<(), Error> {
        check(asker)?;
        rule.seen = rule.subject.files(self.consent.parts.seen);
        let subject = rule.subject.clone();
        self.set_rule(asker, rule, Ground::Default)?;
        self.forget_grants(&subject);
        Ok(())
    }

    /// Answers a question for an asker.
    pub(in crate::service) fn answer_question(
        &mut self,
        asker: &Asker,
        id: u64,
        answer: Answer,
    ) -> Result<(), Error> {
        check(asker)?;
        let list = self.consent.questions.list(self.parts.clock.since_boot());
        let question = list.iter().find(|question| question.id == id);
        let question = question.ok_or_else(errors::no_such_question)?;
        if !question.answers().contains(&answer) {
            return Err(errors::no_such_answer());
        }
        self.answered(id, Some(answer));
        Ok(())
    }

    /// Checks that an asker may change an account: tags that rules are for say who may have its codes. Which ones an
    /// account has that cannot be read is unknown.
    pub(in crate::service) fn may_retag(
        &self,
        asker: &Asker,
        old: Option<&Account>,
        new: &Account,
    ) -> Result<(), Error> {
        let is_other =
            |tag: &String| old.is_none_or(|old| old.tags.contains(tag) != new.tags.contains(tag));
        let tags = self
            .rules()
            .own()
            .iter()
            .filter_map(|rule| match &rule.accounts {
                Accounts::Tag(tag) => Some(tag),
                Accounts::All | Accounts::One(_) => None,
            });
        let is_person = matches!(asker.caller.who, Who::Person | Who::Tray);
        if is_person || !tags.into_iter().any(is_other) {
            return Ok(());
        }
        tracing::warn!(caller = %asker.caller, "refused to change a tag that an access rule is for");
        Err(errors::tag_of_a_rule())
    }

    /// Checks that an asker is a person, or the tray.
    pub(in crate::service) fn is_person(&self, asker: &Asker) -> Result<(), Error> {
        if matches!(asker.caller.who, Who::Person | Who::Tray) {
            return Ok(());
        }
        tracing::warn!(caller = %asker.caller, "refused to have a passphrase kept");
        Err(errors::only_a_person_keeps_passphrases())
    }

    /// Sets a rule on a ground: a person has set it, or has answered a question about the asker by it.
    pub(super) fn set_rule(
        &mut self,
        asker: &Asker,
        rule: Rule,
        ground: Ground,
    ) -> Result<(), Error> {
        let mut rules = self.consent.parts.rules.clone();
        let (account, note) = (about(&rule.accounts), self.said(&rule));
        if !rules.set(rule) {
            return Err(errors::too_many_rules());
        }
        self.store_rules(rules)?;
        self.changed_rule(asker, account, ground, note);
        self.decide_open_questions();
        Ok(())
    }

    /// Removes the rules for a subject and for accounts; without these, all rules. Returns their number.
    pub(in crate::service) fn forget_rules(
        &mut self,
        asker: &Asker,
        subject: Option<&Subject>,
        accounts: Option<&Accounts>,
    ) -> Result<usize, Error> {
        check(asker)?;
        let mut rules = self.consent.parts.rules.clone();
        let is_one = |rule: &Rule| {
            subject.is_none_or(|wanted| rule.subject.is_same(wanted))
                && accounts.is_none_or(|wanted| rule.accounts == *wanted)
        };
        let gone: Vec<_> = rules.own().iter().filter(|rule| is_one(rule)).collect();
        let gone: Vec<_> = gone
            .into_iter()
            .map(|rule| (about(&rule.accounts), self.said(rule)))
            .collect();
        let count = rules.forget(is_one);
        self.store_rules(rules)?;
        self.forget_grants(subject.unwrap_or(&Subject::Anybody));
        self.forgot(asker, gone);
        Ok(count)
    }

    /// Has the rules for accounts hold for the ids too that they get.
    pub(in crate::service) fn extend_rules(
        &mut self,
        asker: &Asker,
        moved: &BTreeMap<AccountId, AccountId>,
    ) -> Result<(), Error> {
        let before = &self.consent.parts.rules;
        let mut rules = before.clone();
        if !moved.iter().all(|(from, to)| rules.extend(*from, *to)) {
            return Err(errors::too_many_rules());
        }
        let is_new = |rule: &&Rule| !before.own().contains(rule);
        let new: Vec<_> = rules.own().iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        self.store_rules(rules)?;
        for rule in new {
            let to = about(&rule.accounts);
            // The account does not have the new id yet, so its name is that of the old one.
            let from = moved.iter().find(|(_, id)| Some(**id) == to);
            let accounts = from.map_or(rule.accounts.clone(), |(id, _)| Accounts::One(*id));
            let rule = self.said(&Rule { accounts, ..rule });
            let note = format!("{rule}, which gets another id");
            self.changed_rule(asker, to, Ground::Default, note);
        }
        Ok(())
    }

    /// Forgets the rules and the grants for ids that accounts have left.
    pub(in crate::service) fn forget_rules_of(
        &mut self,
        asker: &Asker,
        moved: &BTreeMap<AccountId, AccountId>,
    ) {
        self.consent.grants.end();
        let mut rules = self.consent.parts.rules.clone();
        let is_left = |rule: &Rule| about(&rule.accounts).is_some_and(|id| moved.contains_key(&id));
        let gone: Vec<_> = rules.own().iter().filter(|rule| is_left(rule)).collect();
        let gone: Vec<_> = gone
            .into_iter()
            .map(|rule| (about(&rule.accounts), self.said(rule)))
            .collect();
        if rules.forget(is_left) == 0 {
            return;
        }
        if let Err(error) = self.store_rules(rules) {
            tracing::warn!(
                error = error.text(),
                "cannot forget the rules for ids that are gone"
            );
            return;
        }
        self.forgot(asker, gone);
    }

    /// Logs the rules that are forgotten, each with its account.
    fn forgot(&mut self, asker: &Asker, gone: Vec<(Option<AccountId>, String)>) {
        for (account, rule) in gone {
            let note = format!("forgot: {rule}");
            self.changed_rule(asker, account, Ground::Default, note);
        }
    }

    /// Forgets what was granted or denied for a while to the askers that a rule is for: the rule decides from now on.
    fn forget_grants(&mut self, subject: &Subject) {
        let grants = &mut self.consent.grants;
        grants.forget(|who| subject.fits(who));
        self.consent
            .taken_back
            .forget(|wanted| subject.fits(&wanted.who));
    }

    /// Returns a rule in words, for the log.
    fn said(&self, rule: &Rule) -> String {
        let subject = match &rule.subject {
            Subject::Anybody => "anybody".to_owned(),
            Subject::Person => "a person at a terminal".to_owned(),
            Subject::Tray => "the tray".to_owned(),
            Subject::Search => "the desktop search".to_owned(),
            Subject::App(id) => id.clone(),
            Subject::System(name) => format!("{name} (system process)"),
            Subject::Program { path, script: None } => path.display().to_string(),
            Subject::Program {
                path,
                script: Some(script),
            } => format!("{} {script}", path.display()),
        };
        let accounts = match &rule.accounts {
            Accounts::All => "all accounts".to_owned(),
            Accounts::Tag(tag) => format!("accounts with the tag {tag}"),
            Accounts::One(id) => {
                let entry = self.accounts.unlocked.get(*id);
                let name = entry.map(|entry| entry.account.name.clone());
                format!("account {}", name.unwrap_or_else(|| id.to_string()))
            }
        };
        format!("{} {subject}, {accounts}", rule.verdict.as_str())
    }

    fn store_rules(&mut self, rules: Rules) -> Result<(), Error> {
        let parts = &mut self.consent.parts;
        if let Err(error) = parts.book.store(&rules) {
            // The new file may be in place all the same, if only its name could not be synchronised. Then the next
            // daemon would follow rules that are said not to hold.
            drop(parts.book.store(&parts.rules));
            return Err(errors::rules_not_stored(&error));
        }
        parts.rules = rules;
        Ok(())
    }
}

fn about(accounts: &Accounts) -> Option<AccountId> {
    match accounts {
        Accounts::One(id) => Some(*id),
        Accounts::All | Accounts::Tag(_) => None,
    }
}

/// Checks that an asker may change the rules or answer questions.
fn check(asker: &Asker) -> Result<(), Error> {
    if matches!(asker.caller.who, Who::Person | Who::Tray) {
        return Ok(());
    }
    tracing::warn!(caller = %asker.caller, "refused to change the rules");
    Err(errors::only_a_person())
}
