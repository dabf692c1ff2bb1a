//! An import, in two steps: first it is decided what becomes of each account, in slices, and then all are stored.

use mfa_core::AccountChange;
use mfa_ipc::Error;
use mfa_ipc::types::ImportResult;

use super::Handle;
use crate::caller::Asker;
use crate::service::ask::Plan;
use crate::service::change::Import;

impl Handle {
    /// Returns what would become of each account.
    pub(crate) async fn plan(
        &self,
        asker: &Asker,
        accounts: Vec<AccountChange>,
    ) -> Result<Vec<ImportResult>, Error> {
        let planned = self.ask(asker, Plan::new(accounts)).await?;
        Ok(planned.into_results())
    }

    /// Stores accounts, all or none. Returns what became of each.
    pub(crate) async fn import(
        &self,
        asker: &Asker,
        accounts: Vec<AccountChange>,
    ) -> Result<Vec<ImportResult>, Error> {
        let planned = self.ask(asker, Plan::new(accounts.clone())).await?;
        self.change(asker, Import { accounts, planned }).await
    }
}
