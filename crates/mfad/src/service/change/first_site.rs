//! Remembering the first site on which an account is used. The user has allowed that by allowing the code.

use mfa_core::access::Use;
use mfa_core::access::record::Ground;
use mfa_core::port::StoreError;
use mfa_core::site::Site;
use mfa_core::{Account, AccountId, item};
use mfa_ipc::Error;

use super::{Change, Job};
use crate::caller::Asker;
use crate::service::{Service, errors};

/// A change that gives an account its first domain.
pub(in crate::service) struct FirstSite {
    pub(in crate::service) id: AccountId,
    pub(in crate::service) site: Site,
    /// The browser, for the log.
    pub(in crate::service) asker: Asker,
}

impl Change for FirstSite {
    type Answer = ();
    type Ready = Account;

    fn prepare(self, service: &mut Service) -> Result<(Job, Account), Error> {
        let now = service.now()?;
        let old = service.accounts.entry(self.id)?;
        let mut new = old.account.clone();
        // Another window may have come first meanwhile. The account belongs to its site.
        if new.domains.iter().any(|domain| domain.covers(&self.site)) {
            return Ok((Box::pin(async { Ok(()).into() }), new));
        }
        if !new.domains.is_empty() {
            service.refused(&self.asker, Some(self.id), Use::Code, Ground::Site);
            return Err(errors::other_site(&new.domains));
        }
        new.domains.push(self.site);
        new.modified = now.max(new.modified.saturating_add(1));
        let text = item::to_text(&new, &old.secret).map_err(errors::item)?;
        let stored = service.accounts.stored_text(old)?;
        Ok((service.put(new.id, Some(stored), text), new))
    }

    fn done(account: Account, service: &mut Service) -> Result<(), Error> {
        let id = account.id;
        service.accounts.is_stored_as_named(id);
        let updated = service.accounts.unlocked.update(account);
        updated.map_err(errors::unlocked)?;
        service.accounts_changed();
        service.has_first_site(id);
        Ok(())
    }

    /// Returns an error: the code would be given out after the lock.
    fn done_while_locked(_: Account) -> Result<(), Error> {
        Err(errors::store(&StoreError::Locked))
    }
}
