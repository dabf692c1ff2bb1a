//! `org.mfactl.Accounts1`, on private connections only: secrets never cross the session bus.

use mfa_core::port::Kept;
use mfa_core::{Account, AccountChange};
use mfa_ipc::Error;
use mfa_ipc::dict::{AsDict, Dict, nothing_left, owned};
use mfa_ipc::types::{AddOptions, ExportOptions, ImportOptions, RestoreOptions, SyncOptions};
use zbus::message::Header;
use zbus::{Connection, interface};

use crate::caller::Origin;
use crate::keychain::Passphrase;
use crate::refusals;
use crate::service::{Handle, ask, change};

/// The object on one private connection.
pub struct Accounts {
    service: Handle,
    origin: Origin,
}

impl Accounts {
    /// Creates the object for the client at the other end of a connection.
    #[must_use]
    pub fn new(service: Handle, origin: Origin) -> Self {
        Self { service, origin }
    }
}

#[interface(name = "org.mfactl.Accounts1", introspection_docs = false)]
impl Accounts {
    #[zbus(out_args("account"))]
    async fn add(
        &self,
        account: Dict,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Dict, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let add = change::Add {
            account: AccountChange::from_dict(account)?,
            options: AddOptions::from_dict(options)?,
        };
        stored(self.service.change(&asker, add).await?)
    }

    #[zbus(out_args("results"))]
    async fn import(
        &self,
        accounts: Vec<Dict>,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Dict>, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let options = ImportOptions::from_dict(options)?;
        let accounts = accounts.into_iter().map(AccountChange::from_dict);
        let accounts = accounts.collect::<Result<Vec<_>, _>>()?;
        let results = if options.dry_run {
            self.service.plan(&asker, accounts).await?
        } else {
            self.service.import(&asker, accounts).await?
        };
        results
            .iter()
            .map(|result| owned(result.to_dict()))
            .collect()
    }

    #[zbus(out_args("account"))]
    async fn update(
        &self,
        id: String,
        changes: Dict,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Dict, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        let changes = AccountChange::from_dict(changes)?;
        let update = change::Update {
            asker: asker.clone(),
            id,
            changes,
        };
        stored(self.service.change(&asker, update).await?)
    }

    async fn remove(
        &self,
        id: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        self.service.change(&asker, change::Remove(id)).await
    }

    #[zbus(out_args("otpauth_uri"))]
    async fn reveal(
        &self,
        id: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<String, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        let link = self.service.get(&asker, ask::Reveal(id)).await?;
        Ok(link.to_string())
    }

    #[zbus(out_args("accounts"))]
    async fn export(
        &self,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Dict>, Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let ExportOptions { ids } = ExportOptions::from_dict(options)?;
        let accounts = match ids {
            None => self.service.get(&asker, ask::Export).await?,
            Some(ids) => self.service.get(&asker, ask::ExportSome(ids)).await?,
        };
        accounts
            .iter()
            .map(|account| owned(account.to_dict()))
            .collect()
    }

    #[zbus(out_args("results"))]
    async fn restore(
        &self,
        path: String,
        passphrase: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<Dict>, Error> {
        let passphrase = check(passphrase)?;
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let options = RestoreOptions::from_dict(options)?;
        let restored = self
            .service
            .restore(&asker, path.into(), passphrase, options);
        let results = restored.await?;
        results
            .iter()
            .map(|result| owned(result.to_dict()))
            .collect()
    }

    async fn keep_backup_passphrase(
        &self,
        passphrase: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let passphrase = check(passphrase)?;
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        let keep = change::KeepPassphrase {
            asker: asker.clone(),
            of: Kept::Backup,
            passphrase: passphrase.into_text(),
        };
        self.service.change(&asker, keep).await
    }

    async fn backed_up(
        &self,
        accounts: Vec<(String, u64)>,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        nothing_left(&options)?;
        self.service.ask(&asker, ask::BackedUp(accounts)).await
    }

    #[zbus(out_args("report", "changes"))]
    async fn sync(
        &self,
        path: String,
        passphrase: String,
        mut options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(Dict, Vec<Dict>), Error> {
        let passphrase = check(passphrase)?;
        let asker = self.origin.asker_with(&header, connection, &mut options);
        let asker = asker.await?;
        let options = SyncOptions::from_dict(options)?;
        let synced = self.service.sync(&asker, path.into(), passphrase, options);
        let (report, changes) = synced.await?;
        let changes = changes.iter().map(|change| owned(change.to_dict()));
        Ok((owned(report.to_dict())?, changes.collect::<Result<_, _>>()?))
    }

    async fn unlock_vault(
        &self,
        passphrase: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        self.service.unlock_file(&asker, check(passphrase)?).await
    }

    #[zbus(out_args("path"))]
    async fn create_vault(
        &self,
        passphrase: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<String, Error> {
        let asker = self.origin.asker(&header, connection).await?;
        self.service.make_file(&asker, check(passphrase)?).await
    }

    async fn offer_copying(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let asker = self.origin.asker(&header, connection).await?;
        let offer = ask::Offer(connection.clone());
        self.service.ask(&asker, offer).await
    }

    #[zbus(out_args("status"))]
    async fn status(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Dict, Error> {
        let asker = self.origin.asker(&header, connection).await?;
        owned(self.service.ask(&asker, ask::Status).await?.to_dict())
    }
}

/// Returns an account as it is stored, without the fields that only a newer program knows: lists leave them out too.
fn stored(mut account: Account) -> Result<Dict, Error> {
    account.more.clear();
    owned(account.to_dict())
}

fn check(passphrase: String) -> Result<Passphrase, Error> {
    Passphrase::new(passphrase).map_err(|unfit| refusals::unfit_passphrase(&unfit))
}
