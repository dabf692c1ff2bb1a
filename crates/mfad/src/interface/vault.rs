//! `org.mfactl.Vault1`, on private connections only: secrets never cross the session bus.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use mfa_ipc::Error;
use mfa_ipc::dict::Dict;
use mfa_ipc::types::{AccountFields, ImportOptions};
use zbus::message::Header;
use zbus::{Connection, OwnedVariant, Variant, interface};
use zeroize::Zeroizing;

use crate::caller::Origin;
use crate::service::Handle;

/// The longest passphrase in bytes.
const MAX_PASSPHRASE: usize = 1024;

/// The object on one private connection.
pub struct Vault {
    service: Handle,
    origin: Origin,
    /// Whether the client has offered to copy codes.
    offered: AtomicBool,
}

impl Vault {
    /// Serves whoever is at the other end of a connection.
    #[must_use]
    pub fn new(service: Handle, origin: Origin) -> Self {
        Self {
            service,
            origin,
            offered: AtomicBool::new(false),
        }
    }
}

#[interface(name = "org.mfactl.Vault1", introspection_docs = false)]
impl Vault {
    #[zbus(out_args("id"))]
    async fn add(
        &self,
        account: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<String, Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service
            .add(&from, AccountFields::from_dict(account)?)
            .await
    }

    #[zbus(out_args("results"))]
    async fn import(
        &self,
        accounts: Vec<Dict>,
        options: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<HashMap<&'static str, OwnedVariant>>, Error> {
        let from = self.origin.from(&header, connection).await?;
        let options = ImportOptions::from_dict(options)?;
        let accounts = accounts.into_iter().map(AccountFields::from_dict);
        let accounts = accounts.collect::<Result<Vec<_>, _>>()?;
        let results = self
            .service
            .import(&from, accounts, options.dry_run)
            .await?;
        results
            .iter()
            .map(|result| owned(result.to_dict()))
            .collect()
    }

    async fn update(
        &self,
        id: String,
        changes: Dict,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service
            .update(&from, id, AccountFields::from_dict(changes)?)
            .await
    }

    async fn remove(
        &self,
        id: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service.remove(&from, id).await
    }

    #[zbus(out_args("otpauth_uri"))]
    async fn reveal(
        &self,
        id: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<String, Error> {
        let from = self.origin.from(&header, connection).await?;
        let link = self.service.reveal(&from, id).await?;
        tracing::info!(caller = %from.caller, "revealed a secret");
        Ok(link.to_string())
    }

    #[zbus(out_args("otpauth_uris"))]
    async fn export(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<Vec<String>, Error> {
        let from = self.origin.from(&header, connection).await?;
        let links = self.service.export(&from).await?;
        tracing::info!(caller = %from.caller, accounts = links.len(), "revealed all secrets");
        Ok(links.iter().map(|link| link.to_string()).collect())
    }

    async fn unlock_vault(
        &self,
        passphrase: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service.unlock_vault(&from, check(passphrase)?).await
    }

    #[zbus(out_args("path"))]
    async fn create_vault(
        &self,
        passphrase: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<String, Error> {
        let from = self.origin.from(&header, connection).await?;
        self.service.create_vault(&from, check(passphrase)?).await
    }

    async fn offer_copying(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), Error> {
        let from = self.origin.from(&header, connection).await?;
        if self.offered.load(Ordering::Relaxed) {
            let text = "this connection has offered to copy codes already";
            return Err(Error::LimitsExceeded(text.into()));
        }
        self.service.copiers().offer(&from.caller, connection)?;
        self.offered.store(true, Ordering::Relaxed);
        tracing::info!(caller = %from.caller, "offered to copy codes");
        Ok(())
    }

    #[zbus(out_args("status"))]
    async fn status(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<HashMap<&'static str, OwnedVariant>, Error> {
        let from = self.origin.from(&header, connection).await?;
        let mut status = self.service.status(&from).await?;
        status.tray = self.service.copiers().any();
        owned(status.to_dict())
    }
}

/// A dictionary that can be sent after what it was made of is gone.
fn owned(
    dict: HashMap<&'static str, Variant<'_>>,
) -> Result<HashMap<&'static str, OwnedVariant>, Error> {
    dict.into_iter()
        .map(|(field, value)| Ok((field, OwnedVariant::try_from(value)?)))
        .collect()
}

fn check(passphrase: String) -> Result<Zeroizing<String>, Error> {
    let passphrase = Zeroizing::new(passphrase);
    match passphrase.len() {
        0 => Err(Error::LimitsExceeded("the passphrase is empty".into())),
        1..=MAX_PASSPHRASE => Ok(passphrase),
        _ => Err(Error::LimitsExceeded("the passphrase is too long".into())),
    }
}
