//! Handing out codes, and remembering which; or only showing them.

use std::collections::HashMap;

use mfa_core::AccountId;
use mfa_core::access::{Caller, Decision};
use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::ledger::Wish;
use mfa_core::otp::{Code, step_at, step_start};
use mfa_core::query;
use mfa_ipc::Error;
use mfa_ipc::types::MAX_PEEKED;
use zeroize::Zeroizing;

use super::request::{Outcome, Redeemed, Reply, Ticket};
use super::writes::Write;
use super::{Service, Signal, answer, errors};

/// How many seconds late a caller may be for a code that it waited for.
const LATE: u64 = 2;
/// How many candidates an error names.
const MAX_CANDIDATES: usize = 5;

impl Service {
    pub(super) fn codes(
        &mut self,
        caller: &Caller,
        query: &str,
        wish: Wish,
        reply: Reply<Outcome>,
    ) {
        match self.plan(caller, query, &wish) {
            Ok(Planned::Now(ticket)) => {
                let codes = self.issue(caller, &ticket);
                answer(reply, codes.map(Outcome::Codes));
            }
            Ok(Planned::Later(ticket)) => answer(reply, Ok(Outcome::Later(ticket))),
            Ok(Planned::Counter(id)) => {
                let application = caller.application();
                self.write(Write::Counter {
                    id,
                    count: wish.count,
                    first: 0,
                    application,
                    reply,
                });
            }
            Err(error) => answer(reply, Err(error)),
        }
    }

    /// Fetches codes that were set aside.
    pub(super) fn redeem(&self, caller: &Caller, ticket: &Ticket) -> Result<Redeemed, Error> {
        self.may_have_codes(caller)?;
        let now = self.now()?;
        if now < ticket.at {
            return Ok(Redeemed::Early);
        }
        let period = self
            .vault
            .get(ticket.id)
            .and_then(|entry| entry.account.kind.period());
        let period = period.ok_or_else(errors::no_such_id)?;
        let left = step_start(period, ticket.step.saturating_add(1)).saturating_sub(now);
        // Waking up takes a moment, which is not worth another wait.
        if left < ticket.min_remaining.saturating_sub(LATE).max(1) {
            return Ok(Redeemed::Late);
        }
        self.issue(caller, ticket).map(Redeemed::Codes)
    }

    /// The current codes of accounts, by id: of those that `ids` names, or of all. Nobody is handed
    /// one. What is unknown or counter-based is left out.
    pub(super) fn peek(
        &self,
        caller: &Caller,
        ids: &[String],
    ) -> Result<HashMap<String, Code>, Error> {
        self.may_have_codes(caller)?;
        if ids.len() > MAX_PEEKED {
            return Err(errors::too_many_peeked());
        }
        let now = self.now()?;
        let code = |entry: &Entry| {
            let step = step_at(entry.account.kind.period()?, now);
            let id = entry.account.id;
            Some((id.to_string(), self.vault.code(id, step).ok()?))
        };
        Ok(if ids.is_empty() {
            self.vault.entries().filter_map(code).collect()
        } else {
            let ids = ids.iter().filter_map(|id| AccountId::parse(id));
            ids.filter_map(|id| code(self.vault.get(id)?)).collect()
        })
    }

    /// Decides which codes a request gets, and notes them as handed out unless they are only shown.
    fn plan(&mut self, caller: &Caller, query: &str, wish: &Wish) -> Result<Planned, Error> {
        self.may_have_codes(caller)?;
        let id = self.resolve(query)?;
        let entry = self.vault.get(id).ok_or_else(errors::no_such_id)?;
        let Some(period) = entry.account.kind.period() else {
            return counter_based(entry.account.kind, wish).map(|()| Planned::Counter(id));
        };
        let now = self.now()?;
        let notes = &mut self.parts.notes;
        let plan = notes
            .ledger
            .plan(id, period, wish, now)
            .map_err(errors::plan)?;
        // For a fresh code: one that is not given has not been handed out.
        let before = wish.fresh.then(|| notes.ledger.clone());
        if !wish.peek
            && notes.ledger.spend(id, period, plan.step, wish.count)
            && let Err(error) = self.parts.journal.store(notes)
        {
            tracing::warn!(%error, "a restart will not know of this code");
            if let Some(before) = before {
                notes.ledger = before;
                let text = format!("it cannot be noted that this code is used: {error}");
                return Err(Error::Failed(text));
            }
        }
        let min_remaining = if wish.next { 0 } else { wish.min_remaining };
        let ticket = Ticket {
            id,
            step: plan.step,
            count: wish.count,
            min_remaining,
            at: plan.at,
            peek: wish.peek,
        };
        Ok(if plan.at > now {
            Planned::Later(ticket)
        } else {
            Planned::Now(ticket)
        })
    }

    fn issue(&self, caller: &Caller, ticket: &Ticket) -> Result<Vec<Code>, Error> {
        let steps = (0..u64::from(ticket.count)).map(|n| ticket.step.saturating_add(n));
        let codes: Result<Vec<_>, _> = steps
            .map(|step| self.vault.code(ticket.id, step).map_err(errors::vault))
            .collect();
        if !ticket.peek {
            self.issued(ticket.id, caller.application());
        }
        codes
    }

    /// Tells that a code was handed out, and to whom.
    pub(super) fn issued(&self, id: AccountId, application: String) {
        tracing::debug!(%id, application, "handed out a code");
        self.signal(Signal::CodeIssued {
            account: id.to_string(),
            application,
        });
    }

    fn may_have_codes(&self, caller: &Caller) -> Result<(), Error> {
        match self.parts.access.codes(caller) {
            Decision::Allow => Ok(()),
            Decision::Deny => {
                tracing::info!(%caller, "refused a code on the session bus");
                Err(errors::bus_codes())
            }
        }
    }

    /// Finds the account that a query means; the error names the candidates, never the query.
    pub(super) fn resolve(&self, query: &str) -> Result<AccountId, Error> {
        check(query)?;
        self.vault.find(query).map_err(|error| match error {
            query::Error::NotFound => Error::NotFound("no account matches".into()),
            query::Error::Ambiguous(ids) => Error::Ambiguous(self.candidates(&ids)),
        })
    }

    fn candidates(&self, ids: &[AccountId]) -> String {
        let mut labels: Vec<_> = ids
            .iter()
            .filter_map(|id| self.vault.get(*id))
            .map(|e| e.account.label())
            .collect();
        labels.sort();
        let more = labels.len().saturating_sub(MAX_CANDIDATES);
        labels.truncate(MAX_CANDIDATES);
        let list = labels.join(", ");
        if more == 0 {
            list
        } else {
            format!("{list} and {more} more")
        }
    }

    pub(super) fn reveal(&self, id: &str) -> Result<Zeroizing<String>, Error> {
        let id = AccountId::parse(id).ok_or_else(errors::no_such_id)?;
        let entry = self.vault.get(id).ok_or_else(errors::no_such_id)?;
        Ok(mfa_core::uri::print(&entry.account, &entry.secret))
    }

    pub(super) fn export(&self) -> Vec<Zeroizing<String>> {
        let link = |entry: &Entry| mfa_core::uri::print(&entry.account, &entry.secret);
        self.vault.entries().map(link).collect()
    }

    pub(super) fn now(&self) -> Result<u64, Error> {
        let before_1970 = || Error::Failed("the clock of this machine stands before 1970".into());
        self.parts.clock.unix().ok_or_else(before_1970)
    }
}

/// A query is a few typed letters.
pub(super) fn check(query: &str) -> Result<(), Error> {
    if query.len() > query::MAX_BYTES {
        return Err(Error::LimitsExceeded("the query is too long".into()));
    }
    Ok(())
}

/// What a request for codes comes to.
enum Planned {
    Now(Ticket),
    Later(Ticket),
    /// The counter has to be moved in the keychain first.
    Counter(AccountId),
}

/// Codes that move with each use have none to look at and no next one to show, and never end by
/// themselves.
fn counter_based(kind: Kind, wish: &Wish) -> Result<(), Error> {
    debug_assert!(kind.counter().is_some());
    if wish.peek {
        let text = "a counter-based account has no code to look at: each request uses one up";
        return Err(Error::NotSupported(text.into()));
    }
    if wish.next {
        let text = "a counter-based account has no next code to show: each request gives a new one";
        return Err(Error::NotSupported(text.into()));
    }
    if !(1..=mfa_core::ledger::MAX_COUNT).contains(&wish.count) {
        return Err(errors::plan(mfa_core::ledger::Error::Count));
    }
    Ok(())
}
