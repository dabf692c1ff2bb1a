//! Writes the access log: one line for each code, copy and secret that is given out, and for each refusal.

use std::collections::HashSet;

use mfa_core::AccountId;
use mfa_core::access::record::{Action, Ground, Outcome};
use mfa_core::access::{Rates, Record, Transport, Use, Who};
use mfa_ipc::Error;

use super::{Permit, Takes};
use crate::caller::{ARROW, Asker};
use crate::service::Service;

/// The most refusals of one asker in a minute that are logged. More would push older lines out of the log.
const LOGGED_REFUSALS: u32 = 10;
/// The same for looks: a program may look each second to show codes that are always current.
const LOGGED_LOOKS: u32 = 1;
/// The maximum number of askers that get a hint: a program can pose as any number of them.
const MAX_HINTS: usize = 256;

/// The askers that have got a hint.
#[derive(Default)]
pub(super) struct Hints(HashSet<Who>);

impl Hints {
    /// Returns whether an asker gets the hint now, and counts it.
    fn is_first(&mut self, who: &Who) -> bool {
        self.0.len() < MAX_HINTS && self.0.insert(who.clone())
    }
}

/// Counts the lines of each asker that could become too many.
pub(super) struct Logged {
    refusals: Rates,
    looks: Rates,
    refused_looks: Rates,
}

impl Default for Logged {
    fn default() -> Self {
        Self {
            refusals: Rates::new(LOGGED_REFUSALS),
            looks: Rates::new(LOGGED_LOOKS),
            refused_looks: Rates::new(LOGGED_LOOKS),
        }
    }
}

/// Returns the action of handing out codes for this use.
pub(in crate::service) fn handing_out(usage: Use) -> Action {
    match usage {
        Use::Copy => Action::Copy,
        Use::Code | Use::Secret | Use::Unlock => Action::Code,
    }
}

impl Service {
    /// Logs what an asker gets, unless it only looks, and did so a moment ago.
    pub(in crate::service) fn released(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        action: Action,
        permit: &Permit,
    ) {
        if permit.ground == Ground::Unattended {
            tracing::info!(caller = %asker.caller, "allowed without a question: nobody can be asked");
        }
        self.hint_at_private_connection(asker, action);
        if action == Action::Look {
            let now = self.parts.clock.since_boot();
            let looks = &mut self.consent.logged.looks;
            let counted = looks.take(&asker.caller.who, 1, now);
            if counted.is_err() {
                return;
            }
        }
        let record = self.record(asker, account, action);
        self.write(&Record {
            outcome: Outcome::Allowed,
            ground: permit.ground,
            scope: permit.ground.scope(),
            note: permit.note.clone(),
            ..record
        });
    }

    /// Logs once for each asker that there is a better way than the session bus. The answer itself has no room for it.
    fn hint_at_private_connection(&mut self, asker: &Asker, action: Action) {
        let has_codes = matches!(action, Action::Code | Action::Look);
        let caller = &asker.caller;
        if has_codes
            && caller.transport == Transport::SessionBus
            && self.consent.hints.is_first(&caller.who)
        {
            tracing::info!(%caller, "gave a code on the session bus, where other programs can read it; they cannot on the connection named by PrivateAddress");
        }
    }

    /// Checks that an asker is still the same program, and logs it if what it takes is refused for that.
    pub(in crate::service) fn check(
        &mut self,
        asker: &Asker,
        takes: Option<Takes>,
    ) -> Result<(), Error> {
        let checked = asker.check();
        if let (Err(_), Some(Takes(account, usage))) = (&checked, takes) {
            self.refused(asker, account, usage, Ground::Changed);
        }
        checked
    }

    /// Logs a refusal, unless there were very many of this asker.
    pub(in crate::service) fn refused(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
        ground: Ground,
    ) {
        tracing::info!(caller = %asker.caller, ?usage, ?ground, "refused a request");
        let now = self.parts.clock.since_boot();
        let refusals = &mut self.consent.logged.refusals;
        let counted = refusals.take(&asker.caller.who, 1, now);
        if counted.is_err() {
            return;
        }
        let action = match (asker.action, usage, account) {
            (Some(action), ..) => action,
            (None, Use::Code, _) => Action::Code,
            (None, Use::Copy, _) => Action::Copy,
            (None, Use::Unlock, _) => Action::Unlock,
            (None, Use::Secret, Some(_)) => Action::Reveal,
            (None, Use::Secret, None) => Action::Export,
        };
        let record = self.record(asker, account, action);
        self.write(&Record {
            outcome: Outcome::Refused,
            ground,
            scope: ground.scope(),
            ..record
        });
    }

    /// Logs that a rule denies a look at an account, no more often than looks are logged that are allowed.
    pub(super) fn refused_look(&mut self, asker: &Asker, account: AccountId) {
        let now = self.parts.clock.since_boot();
        let looks = &mut self.consent.logged.refused_looks;
        if looks.take(&asker.caller.who, 1, now).is_ok() {
            let action = Some(Action::Look);
            let asker = asker.clone();
            self.refused(
                &Asker { action, ..asker },
                Some(account),
                Use::Code,
                Ground::Rule,
            );
        }
    }

    /// Logs that all secrets were put into the file of the configuration.
    pub(in crate::service) fn put_into_file(&mut self, asker: &Asker) {
        let record = self.record(asker, None, Action::Sync);
        self.write(&Record {
            note: Some("automatic, because sync-file is set".to_owned()),
            ..record
        });
    }

    /// Logs a change of the rules. With the ground `Always`, the user has answered a question about the asker by it.
    pub(super) fn changed_rule(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        ground: Ground,
        note: String,
    ) {
        let record = self.record(asker, account, Action::Rule);
        self.write(&Record {
            ground,
            scope: ground.scope(),
            note: Some(note),
            ..record
        });
    }

    fn record(&self, asker: &Asker, account: Option<AccountId>, action: Action) -> Record {
        let caller = &asker.caller;
        let entry = account.and_then(|id| self.accounts.unlocked.get(id));
        Record {
            time: self.parts.clock.unix().unwrap_or(0),
            action,
            outcome: Outcome::Allowed,
            ground: Ground::Default,
            scope: None,
            account: account.map(|id| id.to_string()),
            name: entry.map(|entry| entry.account.name.clone()),
            asker: caller.who.to_string(),
            chain: caller.chain.join(ARROW),
            pid: caller.pid,
            bus: caller.transport == Transport::SessionBus,
            reason: asker.reason.clone(),
            note: None,
        }
    }

    /// A log that cannot be written keeps no code back: a home may be read-only.
    fn write(&mut self, record: &Record) {
        if let Err(error) = self.consent.parts.log.write(record) {
            tracing::warn!(%error, "cannot write the access log");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_asker_gets_one_hint_and_there_is_an_end_to_them() {
        let mut hints = Hints::default();
        let who = |number: usize| Who::System(number.to_string());
        assert!(hints.is_first(&who(0)));
        assert!(!hints.is_first(&who(0)));
        assert!(hints.is_first(&who(1)));
        for number in 0..2 * MAX_HINTS {
            hints.is_first(&who(number));
        }
        assert_eq!(hints.0.len(), MAX_HINTS);
        assert!(!hints.is_first(&who(3 * MAX_HINTS)));
    }
}
