//! `org.mfactl.Vault1`: whatever adds, changes or reveals an account. On the private connection
//! only, since every process of the user can read what passes over the session bus.

use zeroize::Zeroizing;

use crate::Error;
use crate::client::Client;
use crate::endpoint::VAULT;
use crate::types::{AccountFields, Status};

impl Client {
    /// `Add(a{sv} account) → s id`
    ///
    /// # Errors
    /// `InvalidAccount`, `AlreadyExists`, `Locked` and those of the keychain.
    pub async fn add(&self, account: &AccountFields) -> Result<String, Error> {
        self.call(VAULT, "Add", &account.to_dict()).await
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
