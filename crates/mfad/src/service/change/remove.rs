//! Removing an account.

use mfa_core::AccountId;
use mfa_ipc::Error;

use super::{Change, Job};
use crate::service::Service;

/// A change that removes the account with this id.
pub(crate) struct Remove(pub(crate) String);

impl Change for Remove {
    type Answer = ();
    type Ready = AccountId;

    fn prepare(self, service: &mut Service) -> Result<(Job, AccountId), Error> {
        let id = service.accounts.known(&self.0)?.account.id;
        service.note_counters(&[id].into());
        let keychain = service.parts.keychain.clone();
        let job = Box::pin(async move { keychain.delete(id).await.into() });
        Ok((job, id))
    }

    fn done(id: AccountId, service: &mut Service) -> Result<(), Error> {
        service.has_removed(id);
        service.accounts_changed();
        Ok(())
    }

    fn done_while_locked(_: AccountId) -> Result<(), Error> {
        Ok(())
    }
}
