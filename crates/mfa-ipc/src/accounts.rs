//! The interface `org.mfactl.Accounts1`: requests that add, change or reveal accounts. It exists on
//! the private connection only, because every process of the user can read the messages of the
//! session bus.
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `Add` | `(a{sv} account, a{sv} options) → a{sv} account` | needs `uri` or `secret`; returns the account as stored |
//! | `Import` | `(aa{sv} accounts, a{sv} options) → aa{sv} results` | adds many accounts, all or none; see below |
//! | `Update` | `(s id, a{sv} changes, a{sv} options) → a{sv} account` | changes only the given fields; returns the account as stored |
//! | `Remove` | `(s id, a{sv} options)` | |
//! | `Reveal` | `(s id, a{sv} options) → s otpauth_uri` | the link with the secret |
//! | `Export` | `(a{sv} options) → aa{sv} accounts` | all accounts, each with its link in the field `uri s` |
//! | `UnlockVault` | `(s passphrase)` | opens a vault file |
//! | `CreateVault` | `(s passphrase) → s path` | creates a vault file if no OS keychain answers; refuses an empty passphrase |
//! | `OfferCopying` | `()` | the caller copies codes for `CopyCode` from now on; see [`copier`](crate::copier) |
//! | `Status` | `() → a{sv}` | see [`Status`] |
//!
//! `Add` and `Update` take the fields of an account, except `id`, `created` and `modified`. `Add`
//! also takes `uri s` (an `otpauth://` link) or `secret s` (base32), and with a secret also `pin s`
//! for types that have a PIN; see [`AccountChange`]. An unknown field is an error.
//!
//! Without a name, `Add` chooses one that is not taken. If the link is from AWS and labels the
//! account with its number, `Add` takes the serial from it. If another account has the same name,
//! serial or secret, checked in this order, the error is `AlreadyExists`, and its text names that
//! account. With the option `duplicate b`, the secret may be that of another account.
//!
//! # Imports
//!
//! `Import` takes accounts in the same form as `Add` and returns a result for each, in the same
//! order ([`ImportResult`]):
//!
//! * `added`: the account is stored.
//! * `present`: an account with the same secret and parameters exists already, or an earlier account
//!   of this import has the same secret, parameters, issuer and user name.
//! * `skipped`: the account cannot be stored, for the given reason.
//!
//! If a name is taken, `Import` adds a number to it. It shortens texts that are too long. So no
//! account is skipped because of its name. One import takes up to 6000 accounts, if they fit into
//! one message. With the option `dry-run b`, it stores nothing.
//!
//! An import is all or nothing. All new accounts are stored and read back before the reply, or none
//! is. After an error, or if the daemon is killed or the keychain locked meanwhile, the accounts
//! stored so far are removed, at the latest when the keychain is read the next time. They are never
//! served. During an import, the field `importing` of `Status` is the number of accounts stored so
//! far.

use std::time::Duration;

use mfa_core::{Account, AccountChange};
use zeroize::Zeroizing;

use crate::Error;
use crate::client::Client;
use crate::dict::{AsDict, Dict, Fields};
use crate::endpoint::ACCOUNTS;
use crate::types::{AddOptions, Exported, ImportOptions, ImportResult, Status};

/// The time that the daemon may take to store one account of an import.
const EACH: Duration = Duration::from_secs(2);

impl Client {
    /// Calls `Add(a{sv} account, a{sv} options) → a{sv}`. Returns the account as stored.
    ///
    /// # Errors
    /// `InvalidAccount`, `AlreadyExists`, `Locked`, and errors of the keychain.
    pub async fn add(
        &self,
        account: &AccountChange,
        options: AddOptions,
    ) -> Result<Account, Error> {
        let body = (account.to_dict(), self.with_all(options.to_dict()));
        Account::from_dict(self.call(ACCOUNTS, "Add", &body).await?)
    }

    /// Calls `Import(aa{sv} accounts, a{sv} options) → aa{sv} results`.
    ///
    /// # Errors
    /// `LimitsExceeded`, `Locked`, and errors of the keychain. In these cases, nothing is stored.
    pub async fn import(
        &self,
        accounts: &[AccountChange],
        options: ImportOptions,
    ) -> Result<Vec<ImportResult>, Error> {
        let wait = match u32::try_from(accounts.len()) {
            Ok(count) if !options.dry_run => EACH * count,
            _ => Duration::ZERO,
        };
        let sent: Vec<_> = accounts.iter().map(AccountChange::to_dict).collect();
        let body = (sent, self.with_all(options.to_dict()));
        let results: Vec<Dict> = self.call_and_wait(ACCOUNTS, "Import", &body, wait).await?;
        results.into_iter().map(ImportResult::from_dict).collect()
    }

    /// Calls `Update(s id, a{sv} changes, a{sv} options) → a{sv}`. Returns the account as stored.
    ///
    /// # Errors
    /// `NotFound`, `InvalidAccount`, `AlreadyExists`, `Locked`, `AccessDenied` for a tag that an access rule is
    /// for, and errors of the keychain.
    pub async fn update(&self, id: &str, changes: &AccountChange) -> Result<Account, Error> {
        let body = (id, changes.to_dict(), self.with_all(Fields::new()));
        Account::from_dict(self.call(ACCOUNTS, "Update", &body).await?)
    }

    /// Calls `Remove(s id, a{sv} options)`.
    ///
    /// # Errors
    /// `NotFound`, `Locked`, and errors of the keychain.
    pub async fn remove(&self, id: &str) -> Result<(), Error> {
        let body = (id, self.with_all(Fields::new()));
        self.call(ACCOUNTS, "Remove", &body).await
    }

    /// Calls `Reveal(s id, a{sv} options) → s otpauth_uri`.
    ///
    /// # Errors
    /// `NotFound`, `Locked`, `AccessDenied`, `ConsentRequired`, `LimitsExceeded`, and errors of the keychain.
    pub async fn reveal(&self, id: &str) -> Result<Zeroizing<String>, Error> {
        let body = (id, self.with_all(Fields::new()));
        Ok(Zeroizing::new(self.call(ACCOUNTS, "Reveal", &body).await?))
    }

    /// Calls `Export(a{sv} options) → aa{sv}`. Returns all accounts with their links.
    ///
    /// # Errors
    /// `Locked`, `AccessDenied`, `ConsentRequired`, `LimitsExceeded`, and errors of the keychain.
    pub async fn export(&self) -> Result<Vec<Exported>, Error> {
        let options = self.with_all(Fields::new());
        let accounts: Vec<Dict> = self.call(ACCOUNTS, "Export", &options).await?;
        accounts.into_iter().map(Exported::from_dict).collect()
    }

    /// Calls `UnlockVault(s passphrase)`.
    ///
    /// # Errors
    /// `AccessDenied` if the passphrase is wrong, `NotSupported` if there is no vault file.
    pub async fn unlock_vault(&self, passphrase: &str) -> Result<(), Error> {
        self.call(ACCOUNTS, "UnlockVault", &passphrase).await
    }

    /// Calls `CreateVault(s passphrase) → s path`.
    ///
    /// # Errors
    /// `AlreadyExists` if there is a vault file, `NotSupported` if an OS keychain answers.
    pub async fn create_vault(&self, passphrase: &str) -> Result<String, Error> {
        self.call(ACCOUNTS, "CreateVault", &passphrase).await
    }

    /// Calls `Status() → a{sv}`.
    ///
    /// # Errors
    /// Only errors of the connection.
    pub async fn status(&self) -> Result<Status, Error> {
        Status::from_dict(self.call(ACCOUNTS, "Status", &()).await?)
    }
}
