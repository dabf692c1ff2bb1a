//! Codes that are only looked at: none is handed out.

use std::collections::HashMap;

use mfa_core::AccountId;
use mfa_core::access::Use;
use mfa_core::otp::{Code, step_at};
use mfa_ipc::Error;
use mfa_ipc::types::MAX_PEEKED;

use super::{Ask, Served};
use crate::service::consent::{Applicant, Looking, Takes};
use crate::service::{Service, errors};

/// A request for the current codes, by id, of the accounts with these ids, or of all accounts if there are
/// none. Accounts that are unknown, counter-based or denied to the asker are left out.
pub(crate) struct Peek(pub(crate) Vec<String>);

impl Peek {
    /// Returns the account, if the request is for a single one.
    fn one(&self) -> Option<AccountId> {
        match &*self.0 {
            [id] => AccountId::parse(id),
            _ => None,
        }
    }
}

impl Ask for Peek {
    type Answer = HashMap<String, Code>;

    fn takes(&self) -> Option<Takes> {
        Some(Takes(self.one(), Use::Code))
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        if self.0.len() > MAX_PEEKED {
            return Err(errors::too_many_peeked());
        }
        let now = service.now()?;
        let known = &service.accounts.unlocked;
        let mut ids: Vec<_> = if self.0.is_empty() {
            known.entries().map(|entry| entry.account.id).collect()
        } else {
            self.0
                .iter()
                .filter_map(|id| AccountId::parse(id))
                .collect()
        };
        // Nobody should be asked about what cannot be had.
        let period = |id: AccountId| known.get(id)?.account.kind.period();
        ids.retain(|id| period(*id).is_some());
        let shown = match service.may_look(asker, self.one(), ids)? {
            Looking::At(shown) => shown,
            Looking::Asked(cause) => return Ok(Served::Later(self, cause)),
        };
        let unlocked = &service.accounts.unlocked;
        let code = |id: AccountId| {
            let step = step_at(unlocked.get(id)?.account.kind.period()?, now);
            Some((id.to_string(), unlocked.code(id, step).ok()?))
        };
        Ok(Served::Now(shown.into_iter().filter_map(code).collect()))
    }
}
