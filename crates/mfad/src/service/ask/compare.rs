//! What restoring a backup would do to each account.

use mfa_ipc::Error;
use mfa_ipc::types::{RestoreResult, Restored};

use super::{Ask, Served};
use crate::service::Service;
use crate::service::consent::Applicant;
use crate::service::restore::{self, Backup};

/// A request for what would become of the accounts of a backup.
pub(crate) struct Compare {
    pub(crate) backup: Backup,
    /// Whether accounts that differ would be replaced.
    pub(crate) replace: bool,
}

impl Ask for Compare {
    type Answer = Vec<RestoreResult>;

    fn serve(mut self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        service.count_on(&mut self.backup);
        let plan = restore::plan(&service.accounts, self.backup, self.replace)?;
        let mut results = plan.results;
        for result in &mut results {
            // Nothing is stored.
            result.id.take_if(|_| result.fate == Restored::Added);
        }
        Ok(Served::Now(results))
    }
}
