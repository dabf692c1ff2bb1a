//! Codes: which one an asker gets, and when.
//!
//! A code that is not valid yet is noted as handed out at once, and the request is put aside until it is valid.
//! So two askers never get the same fresh code.

use mfa_core::access::Use;
use mfa_core::access::record::Action;
use mfa_core::account::{Kind, Period};
use mfa_core::ledger::{MAX_COUNT, MAX_TIMEOUT, Wish};
use mfa_core::otp::step_start;
use mfa_core::unlocked::Unlocked;
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use super::{Ask, Served};
use crate::caller::Asker;
use crate::service::announce::Signal;
use crate::service::cause::Cause;
use crate::service::consent::{Applicant, Decision, Permit, Takes, handing_out, is_first_site};
use crate::service::{CodeSeries, Service, errors};

/// How many seconds late an asker may be for a code that it waited for.
const LATE: u64 = 2;

/// A request for codes of the account that a query means.
pub(in crate::service) struct Codes {
    query: String,
    pub(in crate::service) wish: Wish,
    /// Whether the codes go to the asker, or to the tray that copies them for it.
    pub(in crate::service) usage: Use,
    stage: Stage,
}

enum Stage {
    /// The codes are yet to be decided on.
    Asked,
    /// The codes are set aside for this asker. It waits until this Unix second at most.
    SetAside(Ticket, u64),
}

/// Codes that are set aside: nobody else gets them as fresh ones.
#[derive(Clone, Copy, Debug)]
struct Ticket {
    id: AccountId,
    step: u64,
    count: u32,
    /// How many seconds the codes have to be valid for when they are handed out.
    min_remaining: u64,
    /// The Unix second from which the codes may be handed out.
    at: u64,
    /// Whether the codes are only looked at.
    peek: bool,
}

impl Ticket {
    /// Returns whether the codes are still to come, or valid for long enough.
    fn is_in_time(&self, kind: Kind, now: u64) -> bool {
        // Another program may have given the account another kind meanwhile.
        let Some(period) = kind.period() else {
            return false;
        };
        let left = step_start(period, self.step.saturating_add(1)).saturating_sub(now);
        // Waking up takes a moment, which is not worth another wait.
        now < self.at || left >= self.min_remaining.saturating_sub(LATE).max(1)
    }
}

/// The answer.
pub(in crate::service) struct Given {
    /// The account.
    pub(in crate::service) id: AccountId,
    pub(in crate::service) what: What,
    /// Whether the site of the browser that asks is yet to be remembered for the account.
    pub(in crate::service) is_first_site: bool,
}

/// What is given.
pub(in crate::service) enum What {
    Codes(CodeSeries),
    /// The account is counter-based, so its counter has to be moved first.
    Counter(Permit),
}

impl Codes {
    pub(in crate::service) fn new(query: String, wish: Wish) -> Self {
        let timeout = wish.timeout.min(MAX_TIMEOUT);
        Self {
            query,
            wish: Wish { timeout, ..wish },
            usage: Use::Code,
            stage: Stage::Asked,
        }
    }

    /// Creates a request whose codes the tray copies.
    pub(in crate::service) fn copied(query: String, wish: Wish) -> Self {
        Self {
            usage: Use::Copy,
            ..Self::new(query, wish)
        }
    }
}

impl Ask for Codes {
    type Answer = Given;

    fn is_certain(&self, unlocked: &Unlocked) -> bool {
        match &self.stage {
            Stage::Asked => unlocked.index().certain(&self.query).is_some(),
            Stage::SetAside(ticket, _) => unlocked.get(ticket.id).is_some(),
        }
    }

    fn takes(&self) -> Option<Takes> {
        let account = match &self.stage {
            Stage::Asked => None,
            Stage::SetAside(ticket, _) => Some(ticket.id),
        };
        Some(Takes(account, self.usage))
    }

    fn serve(mut self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let account = match self.stage {
            Stage::Asked => &service.accounts.resolve(&self.query)?.account,
            Stage::SetAside(ticket, _) => &service.accounts.entry(ticket.id)?.account,
        };
        let &Account { id, kind, .. } = account;
        let is_first_site = is_first_site(asker, account);
        service.is_for_site(asker, id, self.usage)?;
        // Nobody should be asked about what cannot be had.
        if !(1..=MAX_COUNT).contains(&self.wish.count) {
            return Err(errors::plan(mfa_core::ledger::Error::Count));
        }
        let permit = match service.may(asker, Some(id), self.usage, self.wish.count)? {
            Decision::Yes(permit) => permit,
            Decision::Asked(cause) => return Ok(Served::Later(self, cause)),
        };
        let now = service.now()?;
        let until = match self.stage {
            Stage::Asked => {
                service.count(asker, Some(id), self.usage, self.wish.count)?;
                now.saturating_add(self.wish.timeout)
            }
            Stage::SetAside(ticket, _) if ticket.is_in_time(kind, now) => {
                return self.hand_out(service, asker, ticket, now, &permit);
            }
            // The validity of the codes is over, as after a suspend.
            Stage::SetAside(_, until) => until,
        };
        if self.wish.may_wait() && !service.parking.has_room() {
            return Err(errors::too_much());
        }
        let Some(period) = kind.period() else {
            counter_based(kind, &self.wish)?;
            return Ok(Served::Now(Given {
                id,
                what: What::Counter(permit),
                is_first_site,
            }));
        };
        let timeout = until.saturating_sub(now);
        let wish = Wish {
            timeout,
            ..self.wish
        };
        let ticket = service.set_aside(id, period, &wish, now)?;
        self.stage = Stage::SetAside(ticket, until);
        self.hand_out(service, asker, ticket, now, &permit)
    }
}

impl Codes {
    /// Hands out the codes that are set aside as soon as their time has come.
    fn hand_out(
        self,
        service: &mut Service,
        asker: &Asker,
        ticket: Ticket,
        now: u64,
        permit: &Permit,
    ) -> Result<Served<Self>, Error> {
        if now < ticket.at {
            let patience = self.wish.timeout;
            return Ok(Served::Later(self, Cause::clock(ticket.at, patience)));
        }
        let unlocked = &service.accounts.unlocked;
        let code = |n| {
            let code = unlocked.code(ticket.id, ticket.step.saturating_add(n));
            code.map_err(errors::unlocked)
        };
        let codes = CodeSeries::of(ticket.count, code)?;
        let action = match ticket.peek {
            true => Action::Look,
            false => handing_out(self.usage),
        };
        service.released(asker, Some(ticket.id), action, permit);
        if !ticket.peek {
            service.issued(ticket.id, asker);
        }
        let account = &service.accounts.entry(ticket.id)?.account;
        Ok(Served::Now(Given {
            id: ticket.id,
            what: What::Codes(codes),
            is_first_site: is_first_site(asker, account),
        }))
    }
}

impl Service {
    /// Decides which codes a request gets, and notes them as handed out unless they are only looked at.
    fn set_aside(
        &mut self,
        id: AccountId,
        period: Period,
        wish: &Wish,
        now: u64,
    ) -> Result<Ticket, Error> {
        let notes = &mut self.parts.notes;
        let plan = notes.ledger.plan(id, period, wish, now);
        let plan = plan.map_err(errors::plan)?;
        // Kept for a fresh code: if it is not given, it must not count as handed out.
        let before = wish.fresh.then(|| notes.ledger.clone());
        if !wish.peek
            && notes.ledger.spend(id, period, plan.step, wish.count)
            && let Err(error) = self.parts.journal.store(notes)
        {
            tracing::warn!(%error, "cannot record this code; a restart will forget that it was handed out");
            if let Some(before) = before {
                notes.ledger = before;
                return Err(errors::code_not_noted(&error));
            }
        }
        Ok(Ticket {
            id,
            step: plan.step,
            count: wish.count,
            min_remaining: if wish.next { 0 } else { wish.min_remaining },
            at: plan.at,
            peek: wish.peek,
        })
    }

    /// Announces that a code was handed out, and to which program.
    pub(in crate::service) fn issued(&self, id: AccountId, asker: &Asker) {
        let application = asker.caller.application();
        tracing::debug!(%id, application, "handed out a code");
        self.announcer.tell(Signal::CodeIssued {
            account: id.to_string(),
            application,
        });
    }
}

/// Refuses a wish that a counter-based account cannot fulfil. Each use moves its counter, so it has no code to
/// look at and no next code to show, and its codes never expire by themselves.
fn counter_based(kind: Kind, wish: &Wish) -> Result<(), Error> {
    debug_assert!(kind.counter().is_some());
    if wish.peek {
        return Err(errors::no_peek_at_counter());
    }
    if wish.next {
        return Err(errors::no_next_of_counter());
    }
    Ok(())
}
