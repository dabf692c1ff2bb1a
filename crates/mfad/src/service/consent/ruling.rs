//! What the rules say of a request.

use mfa_core::access::record::Ground;
use mfa_core::access::rules::Subject;
use mfa_core::access::{BusCodes, Rule, Transport, Use, Verdict, Who};
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use super::{Consent, Permit};
use crate::caller::Asker;
use crate::service::Service;

/// What the rules say of a request.
pub(super) enum Ruling {
    Allow(Permit),
    Ask,
    Deny,
}

impl Consent {
    /// Returns what the rules say of a request for an account.
    fn rule(&self, asker: &Asker, account: &Account, usage: Use) -> Ruling {
        let who = &asker.caller.who;
        let (verdict, rule) = self.parts.rules.decide(who, account, usage);
        let is_open =
            asker.caller.transport == Transport::SessionBus && self.bus_codes() == BusCodes::Allow;
        match verdict {
            Verdict::Deny => Ruling::Deny,
            // A secret is given out once at a time.
            Verdict::Allow if usage == Use::Secret && *who != Who::Person => Ruling::Ask,
            Verdict::Allow => self.allowed(asker, rule),
            Verdict::Ask if rule.is_none() && is_open && *who != Who::Unknown => {
                Ruling::Allow(Permit::by(Ground::Default))
            }
            Verdict::Ask => Ruling::Ask,
        }
    }

    /// Returns what follows from a rule that allows a request. It is for a program that the user knows, so it does not
    /// hold for one that only looks like it.
    fn allowed(&self, asker: &Asker, rule: Option<&Rule>) -> Ruling {
        // Whoever is behind mfactl holds no connection of its own. Our own programs were looked at when they connected.
        let is_direct = asker.caller.chain.len() < 2;
        let is_program = matches!(asker.caller.who, Who::Program { .. } | Who::App(_));
        let is_for_everybody = rule.is_some_and(|rule| rule.subject == Subject::Anybody);
        if is_program
            && is_direct
            && !is_for_everybody
            && !asker.witness.has_opened_connection(&asker.caller)
        {
            tracing::warn!(caller = %asker.caller, "a program has inherited its connection, so the rule for it does not count");
            return Ruling::Ask;
        }
        let Some(rule) = rule else {
            return Ruling::Allow(Permit::by(Ground::Default));
        };
        let Subject::Program { path, .. } = &rule.subject else {
            return Ruling::Allow(Permit::by(Ground::Rule));
        };
        let now = (self.parts.seen)(path);
        let (Some(then), Some(now)) = (rule.seen, now) else {
            return Ruling::Allow(Permit::by(Ground::Rule));
        };
        if now.is_writable && !then.is_writable {
            return Ruling::Ask;
        }
        let has_changed = (now.size, now.modified) != (then.size, then.modified);
        Ruling::Allow(Permit {
            ground: Ground::Rule,
            note: has_changed.then(|| "the program has changed since you allowed it".to_owned()),
        })
    }
}

impl Service {
    /// Returns the strictest ruling of the accounts that a request is about.
    pub(super) fn ruling(
        &self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
    ) -> Result<Ruling, Error> {
        let unlocked = &self.accounts.unlocked;
        if let Some(id) = account {
            let entry = self.accounts.entry(id)?;
            return Ok(self.consent.rule(asker, &entry.account, usage));
        }
        let rulings = unlocked
            .entries()
            .map(|entry| self.consent.rule(asker, &entry.account, usage));
        let strictness = |ruling: &Ruling| match ruling {
            Ruling::Allow(_) => 0,
            Ruling::Ask => 1,
            Ruling::Deny => 2,
        };
        let strictest = rulings.max_by_key(strictness);
        Ok(strictest.unwrap_or(Ruling::Allow(Permit::by(Ground::Default))))
    }
}
