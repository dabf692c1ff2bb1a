//! Restoring a backup, in two steps: its file is read, and then its accounts are compared and stored.

use std::path::PathBuf;

use mfa_ipc::Error;
use mfa_ipc::types::{RestoreOptions, RestoreResult};

use super::Handle;
use crate::caller::Asker;
use crate::keychain::Passphrase;
use crate::service::ask::Compare;
use crate::service::change::Restore;
use crate::service::errors;
use crate::service::restore::Backup;
use crate::{database, refusals};

impl Handle {
    /// Puts back the accounts of the backup at a path, all or none. Returns what became of each.
    pub(crate) async fn restore(
        &self,
        asker: &Asker,
        path: PathBuf,
        passphrase: Passphrase,
        options: RestoreOptions,
    ) -> Result<Vec<RestoreResult>, Error> {
        let opened = database::open(path, passphrase).await;
        let contents = opened
            .map_err(|error| refusals::database(&error))?
            .contents();
        let is_missed = contents.unreadable.iter().any(|one| one.is_account);
        if contents.accounts.is_empty() && !is_missed {
            return Err(errors::empty_backup());
        }
        let backup = Backup {
            accounts: contents.accounts,
            remarks: contents.remarks,
            unreadable: contents.unreadable,
        };
        let RestoreOptions {
            dry_run,
            replace,
            allow_incomplete,
        } = options;
        if dry_run {
            return self.ask(asker, Compare { backup, replace }).await;
        }
        let asker_too = asker.clone();
        let restore = Restore {
            asker: asker_too,
            backup,
            replace,
            allow_incomplete,
        };
        self.change(asker, restore).await
    }
}
