//! The interface `org.mfactl.Accounts1`: requests that add, change or reveal accounts. It exists on
//! the private connection only, because every process of the user can read the messages of the
//! session bus.
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `Add` | `(a{sv} account, a{sv} options) → a{sv} account` | adds an account |
//! | `Import` | `(aa{sv} accounts, a{sv} options) → aa{sv} results` | adds many accounts, all or none; see “Imports” |
//! | `Update` | `(s id, a{sv} changes, a{sv} options) → a{sv} account` | changes only the given fields of an account |
//! | `Remove` | `(s id, a{sv} options)` | removes an account with its secret |
//! | `Reveal` | `(s id, a{sv} options) → s otpauth_uri` | reveals the secret of an account |
//! | `Export` | `(a{sv} options) → aa{sv} accounts` | reveals the secrets of all accounts, or of some |
//! | `Restore` | `(s path, s passphrase, a{sv} options) → aa{sv} results` | puts back the accounts of a backup, all or none; see “Backups” |
//! | `KeepBackupPassphrase` | `(s passphrase, a{sv} options)` | keeps the passphrase of the automatic backups in the keychain; only for a person |
//! | `BackedUp` | `(a(st) accounts, a{sv} options)` | reports a backup that is stored and was compared |
//! | `Sync` | `(s path, s passphrase, a{sv} options) → (a{sv} report, aa{sv} changes)` | merges the accounts with those of a KDBX file; see “Synchronisation” |
//! | `UnlockVault` | `(s passphrase)` | opens a vault file |
//! | `CreateVault` | `(s passphrase) → s path` | creates a vault file if no OS keychain answers; refuses an empty passphrase |
//! | `OfferCopying` | `()` | the caller copies codes for `CopyCode` from now on; see [`copier`](crate::copier) |
//! | `Status` | `() → a{sv} status` | the state of the daemon |
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
//!
//! # Backups
//!
//! `Restore` reads a KDBX file at an absolute path, which the daemon opens itself. It returns a result for
//! each account of the file ([`RestoreResult`]). An account of the backup and one
//! that is stored are the same if they have the same id, or else the same secret and parameters. Of several with the same
//! secret and parameters, those with the same issuer, user name and name are paired first, and no two with the same one.
//!
//! * `added`: the account was not stored, and is now, with its id, its times and all other fields.
//! * `same`: it is stored already, without a difference.
//! * `kept`: it is stored with other fields, which `differs` names, or as an item that cannot be read, which `differs`
//!   calls `unreadable`; it stays as it is.
//! * `replaced`: the same, with the option `replace b`: it has the fields of the backup now, except its id.
//! * `skipped`: it cannot be read or stored, or is in the backup twice, as `reason` says. With `missing`, the restore is
//!   incomplete without it. Such a restore is refused, unless with the option `allow-incomplete b`.
//!
//! A counter never goes back, and accounts that are not in the backup stay. If a name is taken, the account gets a
//! number. With the option `dry-run b`, nothing is stored. A restore is all or nothing, as an import is; but once it is
//! decided, it is completed after an error or a crash.
//!
//! # Synchronisation
//!
//! `Sync` merges the accounts with those of a KDBX 4 file at an absolute path, field by field, so that both have the
//! same afterwards. The daemon reads and writes the file itself. It is asked for like `Export`, because secrets go into
//! the file. With the option `create b`, a file that does not exist is created; with `dry-run b`, nothing changes
//! anywhere, and the answer says what would; with `unless-first b`, the same if these accounts have not been
//! synchronised with the file before, or if the file would lose more than three accounts, or two that are more than a third,
//! because they are missing here. Conflict copies that a carrier has left beside the file are merged too, and moved to a
//! folder of theirs. With `remember b`, which only a person or the tray may set, the keychain keeps the passphrase once all
//! is done, for the file that the daemon synchronises with by itself. See [`SyncReport`] and [`SyncChange`].

use std::path::Path;
use std::time::Duration;

use mfa_core::{Account, AccountChange};
use zeroize::Zeroizing;

use crate::Error;
use crate::client::Client;
use crate::dict::{AsDict, Dict, Fields};
use crate::endpoint::ACCOUNTS;
use crate::types::{
    AddOptions, ExportOptions, Exported, ImportOptions, ImportResult, MAX_IMPORTED, RestoreOptions,
    RestoreResult, Status, SyncChange, SyncOptions, SyncReport,
};

/// The time that the daemon may take to store one account of an import.
const EACH: Duration = Duration::from_secs(2);
/// How often a synchronisation opens a file: each time that it begins again, with the conflict copies.
const SYNC_TRIES: u32 = 20;
/// The time that the daemon may take to open a backup, while it opens another one.
const OPENING: Duration = Duration::from_secs(60);

impl Client {
    /// Calls `Add(a{sv} account, a{sv} options) → a{sv} account`.
    ///
    /// * `account`: [`AccountChange`], with `uri` or `secret`
    /// * `options`: [`AddOptions`]
    /// * → `account`: the account as stored; see [`types::account`](crate::types::account)
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
    /// * `accounts`: [`AccountChange`] for each, with `uri` or `secret`
    /// * `options`: [`ImportOptions`]
    /// * → `results`: [`ImportResult`] for each, in the same order
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

    /// Calls `Update(s id, a{sv} changes, a{sv} options) → a{sv} account`.
    ///
    /// * `id`: the id of the account
    /// * `changes`: [`AccountChange`], without `uri` and `secret`
    /// * `options`: only those of every method; see “Dictionaries”
    /// * → `account`: the account as stored; see [`types::account`](crate::types::account)
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
    /// * `id`: the id of the account
    /// * `options`: only those of every method; see “Dictionaries”
    ///
    /// # Errors
    /// `NotFound`, `Locked`, and errors of the keychain.
    pub async fn remove(&self, id: &str) -> Result<(), Error> {
        let body = (id, self.with_all(Fields::new()));
        self.call(ACCOUNTS, "Remove", &body).await
    }

    /// Calls `Reveal(s id, a{sv} options) → s otpauth_uri`.
    ///
    /// * `id`: the id of the account
    /// * `options`: only those of every method; see “Dictionaries”
    /// * → `otpauth_uri`: the link with the secret
    ///
    /// # Errors
    /// `NotFound`, `Locked`, `AccessDenied`, `ConsentRequired`, `LimitsExceeded`, and errors of the keychain.
    pub async fn reveal(&self, id: &str) -> Result<Zeroizing<String>, Error> {
        let body = (id, self.with_all(Fields::new()));
        Ok(Zeroizing::new(self.call(ACCOUNTS, "Reveal", &body).await?))
    }

    /// Calls `Export(a{sv} options) → aa{sv} accounts`.
    ///
    /// * `options`: [`ExportOptions`]
    /// * → `accounts`: the accounts, with the fields of [`types::account`](crate::types::account), and the link with the
    ///   secret in the field `uri s`
    ///
    /// # Errors
    /// `NotFound`, `Locked`, `AccessDenied`, `ConsentRequired`, `LimitsExceeded`, and errors of the keychain.
    pub async fn export(&self, options: &ExportOptions) -> Result<Vec<Exported>, Error> {
        let options = self.with_all(options.to_dict());
        let accounts: Vec<Dict> = self.call(ACCOUNTS, "Export", &options).await?;
        accounts.into_iter().map(Exported::from_dict).collect()
    }

    /// Calls `Restore(s path, s passphrase, a{sv} options) → aa{sv} results`.
    ///
    /// * `path`: the absolute path of the backup
    /// * `passphrase`: its passphrase
    /// * `options`: [`RestoreOptions`]
    /// * → `results`: [`RestoreResult`] for each account of the backup
    ///
    /// # Errors
    /// `NotFound` if there is no file, `AccessDenied` if the passphrase is wrong, `NotSupported` if the file is no
    /// backup or accounts of it are missing, `Locked`, and errors of the keychain.
    pub async fn restore(
        &self,
        path: &Path,
        passphrase: &str,
        options: RestoreOptions,
    ) -> Result<Vec<RestoreResult>, Error> {
        // Only the daemon knows how many accounts there are.
        let most = u32::try_from(MAX_IMPORTED).unwrap_or(u32::MAX);
        let wait = if options.dry_run {
            OPENING
        } else {
            OPENING + EACH * most
        };
        let path = path.to_str().ok_or_else(|| {
            Error::NotSupported("the path of the file is not UTF-8 text".to_owned())
        })?;
        let body = (path, passphrase, self.with_all(options.to_dict()));
        let results: Vec<Dict> = self.call_and_wait(ACCOUNTS, "Restore", &body, wait).await?;
        results.into_iter().map(RestoreResult::from_dict).collect()
    }

    /// Calls `KeepBackupPassphrase(s passphrase, a{sv} options)`.
    ///
    /// * `passphrase`: the passphrase of all later automatic backups
    /// * `options`: only those of every method; see “Dictionaries”
    ///
    /// # Errors
    /// `AccessDenied` for a program, `Locked`, and errors of the keychain.
    pub async fn keep_backup_passphrase(&self, passphrase: &str) -> Result<(), Error> {
        let body = (passphrase, self.with_all(Fields::new()));
        self.call(ACCOUNTS, "KeepBackupPassphrase", &body).await
    }

    /// Calls `BackedUp(a(st) accounts, a{sv} options)`.
    ///
    /// * `accounts`: the ids of the accounts that the backup holds, each with its `modified` there
    /// * `options`: only those of every method; see “Dictionaries”
    ///
    /// # Errors
    /// `Locked`, and errors of the keychain.
    pub async fn backed_up(&self, accounts: &[(String, u64)]) -> Result<(), Error> {
        let body = (accounts, self.with_all(Fields::new()));
        self.call(ACCOUNTS, "BackedUp", &body).await
    }

    /// Calls `Sync(s path, s passphrase, a{sv} options) → (a{sv} report, aa{sv} changes)`.
    ///
    /// * `path`: the absolute path of the file
    /// * `passphrase`: its passphrase
    /// * `options`: [`SyncOptions`]
    /// * → `report`: [`SyncReport`]
    /// * → `changes`: [`SyncChange`] for each account that has changed on a side
    ///
    /// # Errors
    /// `NotFound` if there is no file, `AccessDenied` if the passphrase is wrong or the request is refused,
    /// `NotSupported` if the file cannot be kept as it is, `ConsentRequired`, `LimitsExceeded`, `Locked`, and errors
    /// of the keychain.
    pub async fn sync(
        &self,
        path: &Path,
        passphrase: &str,
        options: SyncOptions,
    ) -> Result<(SyncReport, Vec<SyncChange>), Error> {
        // Only the daemon knows how many accounts there are.
        let most = u32::try_from(MAX_IMPORTED).unwrap_or(u32::MAX);
        let wait = OPENING * SYNC_TRIES + EACH * most;
        let path = path.to_str().ok_or_else(|| {
            Error::NotSupported("the path of the file is not UTF-8 text".to_owned())
        })?;
        let body = (path, passphrase, self.with_all(options.to_dict()));
        let (report, changes): (Dict, Vec<Dict>) =
            self.call_and_wait(ACCOUNTS, "Sync", &body, wait).await?;
        let changes = changes.into_iter().map(SyncChange::from_dict);
        Ok((
            SyncReport::from_dict(report)?,
            changes.collect::<Result<_, _>>()?,
        ))
    }

    /// Calls `UnlockVault(s passphrase)`.
    ///
    /// * `passphrase`: the passphrase of the vault file
    ///
    /// # Errors
    /// `AccessDenied` if the passphrase is wrong, `NotSupported` if there is no vault file.
    pub async fn unlock_vault(&self, passphrase: &str) -> Result<(), Error> {
        self.call(ACCOUNTS, "UnlockVault", &passphrase).await
    }

    /// Calls `CreateVault(s passphrase) → s path`.
    ///
    /// * `passphrase`: the passphrase that opens the file from now on
    /// * → `path`: the path of the new file
    ///
    /// # Errors
    /// `AlreadyExists` if there is a vault file, `NotSupported` if an OS keychain answers.
    pub async fn create_vault(&self, passphrase: &str) -> Result<String, Error> {
        self.call(ACCOUNTS, "CreateVault", &passphrase).await
    }

    /// Calls `Status() → a{sv} status`.
    ///
    /// * → `status`: [`Status`]
    ///
    /// # Errors
    /// Only errors of the connection.
    pub async fn status(&self) -> Result<Status, Error> {
        Status::from_dict(self.call(ACCOUNTS, "Status", &()).await?)
    }
}
