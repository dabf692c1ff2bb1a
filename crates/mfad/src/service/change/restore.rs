//! Restoring a backup: its accounts are put back as they were, all or none.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use mfa_core::AccountId;
use mfa_ipc::Error;
use mfa_ipc::types::RestoreResult;

use super::apply::Applying;
use super::{Apply, Change, Job};
use crate::caller::Asker;
use crate::service::restore::{self, Backup};
use crate::service::{Service, errors};

/// A change that puts back the accounts of a backup. The answer says what became of each.
pub(crate) struct Restore {
    pub(crate) asker: Asker,
    pub(crate) backup: Backup,
    /// Whether accounts that differ are replaced.
    pub(crate) replace: bool,
    /// Whether the others are restored if some cannot be.
    pub(crate) allow_incomplete: bool,
}

/// A backup that is being restored.
pub(crate) struct Restoring {
    results: Vec<RestoreResult>,
    applying: Applying,
}

impl Change for Restore {
    type Answer = Vec<RestoreResult>;
    type Ready = Restoring;

    fn prepare(mut self, service: &mut Service) -> Result<(Job, Restoring), Error> {
        service.count_on(&mut self.backup);
        let plan = restore::plan(&service.accounts, self.backup, self.replace)?;
        let missing = plan.results.iter().filter(|result| result.missing).count();
        if missing > 0 && !self.allow_incomplete {
            return Err(errors::incomplete_backup(missing));
        }
        for put in &plan.puts {
            let id = put.account.id;
            if let Some(old) = service.accounts.unlocked.get(id) {
                service.may_retag(&self.asker, Some(&old.account), &put.account)?;
                service.may_move(&self.asker, Some(&old.account), &put.account)?;
            } else if service.accounts.unread.contains_key(&id) {
                service.may_retag(&self.asker, None, &put.account)?;
                service.may_move(&self.asker, None, &put.account)?;
            }
        }
        let apply = Apply {
            puts: plan.puts,
            removed: BTreeSet::new(),
            moved: BTreeMap::new(),
            asker: self.asker,
            revision: service.accounts.revision,
            is_own: false,
        };
        let (job, applying) = apply.prepare(service)?;
        let results = plan.results;
        Ok((job, Restoring { results, applying }))
    }

    fn note_left(
        restoring: &Restoring,
        service: &mut Service,
        left: &BTreeSet<AccountId>,
    ) -> io::Result<()> {
        Apply::note_left(&restoring.applying, service, left)
    }

    fn next(restoring: &mut Restoring, service: &mut Service) -> Result<Option<Job>, Error> {
        Apply::next(&mut restoring.applying, service)
    }

    fn done(restoring: Restoring, service: &mut Service) -> Result<Vec<RestoreResult>, Error> {
        Apply::done(restoring.applying, service)?;
        Ok(restoring.results)
    }

    fn done_while_locked(restoring: Restoring) -> Result<Vec<RestoreResult>, Error> {
        Ok(restoring.results)
    }

    fn imported(restoring: &Restoring) -> Option<u32> {
        Apply::imported(&restoring.applying)
    }

    fn is_of_many(_: &Restoring) -> bool {
        true
    }
}
