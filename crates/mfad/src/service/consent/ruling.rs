//! What the rules say of a request.

use mfa_core::access::record::Ground;
use mfa_core::access::rules::{Seen, Subject};
use mfa_core::access::{BusCodes, Rule, Transport, Use, Verdict, Who};
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use super::sites::is_first_site;
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
            // A rule for all sites of a browser says nothing on where an account belongs.
            Verdict::Allow if is_first_site(asker, account) => Ruling::Ask,
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
        let is_for_everybody = rule.is_some_and(|rule| rule.subject == Subject::Anybody);
        if !is_for_everybody && may_be_another(asker) {
            tracing::warn!(caller = %asker.caller, "a program has inherited its connection, so the rule for it does not count");
            return Ruling::Ask;
        }
        let Some(rule) = rule else {
            return Ruling::Allow(Permit::by(Ground::Default));
        };
        let (then, now) = (rule.seen, rule.subject.files(self.parts.seen));
        let files = [(then.executable, now.executable), (then.script, now.script)];
        // A script that was not there when the program was looked at could not be replaced then either.
        let was_looked_at = then.executable.is_some();
        let is_open = |(then, now): &(Option<Seen>, Option<Seen>)| {
            let was_closed = then.map_or(was_looked_at, |then| !then.is_writable);
            now.is_some_and(|now| now.is_writable) && was_closed
        };
        if files.iter().any(is_open) {
            return Ruling::Ask;
        }
        let known = files.map(|(then, now)| then.zip(now));
        let [program, script] = known.map(|known| known.is_some_and(|(then, now)| then != now));
        let note = match (program, script) {
            (true, _) => Some("the program has changed since you allowed it"),
            (_, true) => Some("the script has changed since you allowed it"),
            _ => None,
        };
        Ruling::Allow(Permit {
            ground: Ground::Rule,
            note: note.map(str::to_owned),
        })
    }
}

/// Returns whether the asker may have been another program when it made its request: it has inherited its connection.
/// Then nothing holds for it that the user has said about the program that it is now.
pub(super) fn may_be_another(asker: &Asker) -> bool {
    // Whoever is behind mfactl holds no connection of its own. Our own programs were looked at when they connected.
    let is_direct = asker.caller.chain.len() < 2;
    let is_program = matches!(asker.caller.who, Who::Program { .. } | Who::App(_));
    is_program && is_direct && !asker.witness.has_opened_connection(&asker.caller)
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
