//! Moving the counter of an account to get its codes (RFC 4226).

use mfa_core::access::Use;
use mfa_core::account::Kind;
use mfa_core::port::StoreError;
use mfa_core::{AccountId, item};
use mfa_ipc::Error;

use super::{Change, Job};
use crate::caller::Asker;
use crate::service::consent::{Permit, Takes, handing_out};
use crate::service::{CodeSeries, Service, errors};

/// A change that moves a counter and hands out the codes that it passes.
pub(in crate::service) struct Count {
    pub(in crate::service) id: AccountId,
    pub(in crate::service) count: u32,
    /// The program that gets the codes.
    pub(in crate::service) asker: Asker,
    /// Whether the tray copies them for it.
    pub(in crate::service) usage: Use,
    pub(in crate::service) permit: Permit,
}

/// A counter that is being moved.
pub(in crate::service) struct Counting {
    id: AccountId,
    first: u64,
    count: u32,
    asker: Asker,
    usage: Use,
    permit: Permit,
}

impl Change for Count {
    type Answer = CodeSeries;
    type Ready = Counting;

    fn takes(&self) -> Option<Takes> {
        Some(Takes(Some(self.id), self.usage))
    }

    fn prepare(self, service: &mut Service) -> Result<(Job, Counting), Error> {
        let Self {
            id,
            count,
            asker,
            usage,
            permit,
        } = self;
        let permit = service.confirm(&asker, id, usage, permit)?;
        let old = service.accounts.entry(id)?;
        let first = old.account.kind.counter().ok_or_else(errors::no_such_id)?;
        let end = first.checked_add(u64::from(count));
        let end = end.ok_or_else(errors::counter_at_end)?;
        let mut new = old.account.clone();
        new.kind = Kind::Hotp { counter: end };
        let text = item::to_text(&new, &old.secret).map_err(errors::item)?;
        let stored = service.accounts.stored_text(old)?;
        let job = service.put(id, Some(stored), text);
        Ok((
            job,
            Counting {
                id,
                first,
                count,
                asker,
                usage,
                permit,
            },
        ))
    }

    fn done(counting: Counting, service: &mut Service) -> Result<CodeSeries, Error> {
        let Counting {
            id,
            first,
            count,
            asker,
            usage,
            permit,
        } = counting;
        service.accounts.is_stored_as_named(id);
        let unlocked = &mut service.accounts.unlocked;
        unlocked.advance(id, first + u64::from(count));
        let code = |n| unlocked.code(id, first + n).map_err(errors::unlocked);
        let codes = CodeSeries::of(count, code)?;
        service.released(&asker, Some(id), handing_out(usage), &permit);
        service.issued(id, &asker);
        service.counter_moved();
        Ok(codes)
    }

    /// Returns an error: no code can be given any more, and its counter value is used up.
    fn done_while_locked(_: Counting) -> Result<CodeSeries, Error> {
        Err(errors::store(&StoreError::Locked))
    }
}
