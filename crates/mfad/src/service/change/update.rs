//! Changing an account.

use mfa_core::{Account, AccountChange, item};
use mfa_ipc::Error;

use super::{Change, Job};
use crate::caller::Asker;
use crate::service::{Service, errors};

/// A change of the given fields of an account only. The answer is the account as stored.
pub(crate) struct Update {
    pub(crate) asker: Asker,
    pub(crate) id: String,
    pub(crate) changes: AccountChange,
}

impl Change for Update {
    type Answer = Account;
    type Ready = Account;

    fn prepare(self, service: &mut Service) -> Result<(Job, Account), Error> {
        let old = service.accounts.known(&self.id)?;
        let new = self.changes.change(&old.account, service.now()?);
        let new = new.map_err(errors::change)?;
        service.may_retag(&self.asker, Some(&old.account), &new)?;
        service.may_move(&self.asker, Some(&old.account), &new)?;
        let unlocked = &service.accounts.unlocked;
        unlocked.admits(&new).map_err(errors::clash)?;
        let text = item::to_text(&new, &old.secret).map_err(errors::item)?;
        let stored = service.accounts.stored_text(old)?;
        Ok((service.put(new.id, Some(stored), text), new))
    }

    fn done(account: Account, service: &mut Service) -> Result<Account, Error> {
        service.accounts.is_stored_as_named(account.id);
        let updated = service.accounts.unlocked.update(account.clone());
        updated.map_err(errors::unlocked)?;
        service.accounts_changed();
        Ok(account)
    }

    fn done_while_locked(account: Account) -> Result<Account, Error> {
        Ok(account)
    }
}
