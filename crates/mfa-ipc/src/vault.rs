//! `org.mfactl.Vault1`: whatever adds, changes or reveals an account. On the private connection
//! only, since every process of the user can read what passes over the session bus.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::Error;
use crate::client::Client;
use crate::dict::Dict;
use crate::endpoint::VAULT;
use crate::types::{AccountFields, ImportOptions, ImportResult, Status};

/// How long an account of an import may take to be stored.
const EACH: Duration = Duration::from_secs(2);

impl Client {
    /// `Add(a{sv} account) → s id`
    ///
    /// # Errors
    /// `InvalidAccount`, `AlreadyExists`, `Locked` and those of the keychain.
    pub async fn add(&self, account: &AccountFields) -> Result<String, Error> {
        self.call(VAULT, "Add", &account.to_dict()).await
    }

    /// `Import(aa{sv} accounts, a{sv} options) → aa{sv} results`
    ///
    /// # Errors
    /// `LimitsExceeded`, `Locked` and those of the keychain. Nothing is stored then.
    pub async fn import(
        &self,
        accounts: &[AccountFields],
        options: ImportOptions,
    ) -> Result<Vec<ImportResult>, Error> {
        let wait = match u32::try_from(accounts.len()) {
            Ok(count) if !options.dry_run => EACH * count,
            _ => Duration::ZERO,
        };
        let sent: Vec<_> = accounts.iter().map(AccountFields::to_dict).collect();
        let body = (sent, options.to_dict());
        let results: Vec<Dict> = self.call_and_wait(VAULT, "Import", &body, wait).await?;
        results.into_iter().map(ImportResult::from_dict).collect()
    }

    /// `Update(s id, a{sv} changes)`
    ///
    /// # Errors
    /// `NotFound`, `InvalidAccount`, `AlreadyExists`, `Locked` and those of the keychain.
    pub async fn update(&self, id: &str, changes: &AccountFields) -> Result<(), Error> {
        self.call(VAULT, "Update", &(id, changes.to_dict())).await
    }

    /// `Remove(s id)`
    ///
    /// # Errors
    /// `NotFound`, `Locked` and those of the keychain.
    pub async fn remove(&self, id: &str) -> Result<(), Error> {
        self.call(VAULT, "Remove", &id).await
    }

    /// `Reveal(s id) → s otpauth_uri`
    ///
    /// # Errors
    /// `NotFound`, `Locked` and those of the keychain.
    pub async fn reveal(&self, id: &str) -> Result<Zeroizing<String>, Error> {
        Ok(Zeroizing::new(self.call(VAULT, "Reveal", &id).await?))
    }

    /// `Export() → as otpauth_uris`
    ///
    /// # Errors
    /// `Locked` and those of the keychain.
    pub async fn export(&self) -> Result<Vec<Zeroizing<String>>, Error> {
        let links: Vec<String> = self.call(VAULT, "Export", &()).await?;
        Ok(links.into_iter().map(Zeroizing::new).collect())
    }

    /// `UnlockVault(s passphrase)`
    ///
    /// # Errors
    /// `AccessDenied` if the passphrase is wrong, `NotSupported` without a vault file.
    pub async fn unlock_vault(&self, passphrase: &str) -> Result<(), Error> {
        self.call(VAULT, "UnlockVault", &passphrase).await
    }

    /// `CreateVault(s passphrase) → s path`
    ///
    /// # Errors
    /// `AlreadyExists` if there is a vault file, `NotSupported` if an OS keychain answers.
    pub async fn create_vault(&self, passphrase: &str) -> Result<String, Error> {
        self.call(VAULT, "CreateVault", &passphrase).await
    }

    /// `Status() → a{sv}`
    ///
    /// # Errors
    /// None of its own.
    pub async fn status(&self) -> Result<Status, Error> {
        Status::from_dict(self.call(VAULT, "Status", &()).await?)
    }
}
