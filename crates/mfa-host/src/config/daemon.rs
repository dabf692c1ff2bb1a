//! What the user chose for the daemon: the settings at the top of the configuration.
//!
//! The template in the parent module says what each setting does. Unless something else is said here, a setting that is
//! not in the file has the default of the policy that it belongs to. A relative path is refused: it would depend on who
//! starts the daemon.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_core::access::{BusCodes, Policy, Unattended};
use mfa_core::lock;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::{Error, access, load};

pub(super) const LOCK_AFTER: &str =
    "lock-after must be a number of seconds, 1 or more; without it, the accounts are not locked";
pub(super) const BACKUP_KEEP: &str = "backup-keep must be a number of automatic backups, 1 to 1000";
pub(super) const LOCK_WITH_SCREEN: &str = "lock-with-screen must be true or false, without quotes";
pub(super) const LOCK_WITH_SESSION: &str =
    "lock-with-session must be true or false, without quotes";
pub(super) const LOCK_WITH_KEYCHAIN: &str =
    "lock-with-keychain must be true or false, without quotes";
pub(super) const LOCK_ON_SUSPEND: &str = "lock-on-suspend must be true or false, without quotes";

pub(super) const SEARCH_CODES: &str = "search-codes must be true or false, without quotes";

/// What the user chose for the daemon.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Daemon {
    /// The absolute path of the vault file.
    #[serde(default, deserialize_with = "vault")]
    pub vault: Option<PathBuf>,
    /// The absolute path of the file that holds its passphrase.
    #[serde(default, deserialize_with = "passphrase_file")]
    pub passphrase_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "access::bus_codes")]
    bus_codes: BusCodes,
    #[serde(default, deserialize_with = "access::unattended")]
    unattended: Unattended,
    /// In seconds.
    #[serde(default, deserialize_with = "access::question_timeout")]
    question_timeout: Option<u64>,
    #[serde(default, deserialize_with = "access::codes_per_minute")]
    codes_per_minute: Option<u32>,
    /// In seconds. Without it, the accounts are never locked for want of requests.
    #[serde(default, deserialize_with = "lock_after")]
    lock_after: Option<u64>,
    #[serde(default, deserialize_with = "lock_with_screen")]
    lock_with_screen: Option<bool>,
    #[serde(default, deserialize_with = "lock_on_suspend")]
    lock_on_suspend: Option<bool>,
    #[serde(default, deserialize_with = "lock_with_session")]
    lock_with_session: Option<bool>,
    #[serde(default, deserialize_with = "lock_with_keychain")]
    lock_with_keychain: Option<bool>,
    /// The absolute path of the folder of the automatic backups.
    #[serde(default, deserialize_with = "backup_folder")]
    pub backup_folder: Option<PathBuf>,
    #[serde(default, deserialize_with = "backup_keep")]
    backup_keep: Option<usize>,
    #[serde(default, deserialize_with = "search_codes")]
    search_codes: Option<bool>,
    /// The absolute path of the file that the accounts are kept in step with.
    #[serde(default, deserialize_with = "sync_file")]
    pub sync_file: Option<PathBuf>,
    /// The settings of the tray. The daemon accepts and ignores them.
    #[serde(default, rename = "tray")]
    _tray: IgnoredAny,
    /// The settings of mfa-askpass. The daemon accepts and ignores them, too.
    #[serde(default, rename = "askpass")]
    _askpass: IgnoredAny,
    #[serde(default, rename = "askpass-next")]
    _askpass_next: IgnoredAny,
}

impl Daemon {
    /// Reads it; a file that is not there is an empty one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        load(path)
    }

    /// Whether GNOME Shell gets the codes of what it finds, to copy them itself.
    #[must_use]
    pub fn search_codes(&self) -> bool {
        self.search_codes.unwrap_or(false)
    }

    /// Who may have codes.
    #[must_use]
    pub fn access(&self) -> Policy {
        let default = Policy::default();
        let patience = self.question_timeout.map(Duration::from_secs);
        Policy {
            bus_codes: self.bus_codes,
            unattended: self.unattended,
            patience: patience.unwrap_or(default.patience),
            codes_per_minute: self.codes_per_minute.unwrap_or(default.codes_per_minute),
        }
    }

    /// How many automatic backups are kept.
    #[must_use]
    pub fn backup_keep(&self) -> usize {
        self.backup_keep.unwrap_or(10)
    }

    /// When the accounts are locked without being told.
    #[must_use]
    pub fn lock(&self) -> lock::Policy {
        lock::Policy {
            idle: self.lock_after.map(Duration::from_secs),
            screen: self.lock_with_screen.unwrap_or(true),
            suspend: self.lock_on_suspend.unwrap_or(true),
            session: self.lock_with_session.unwrap_or(true),
            keychain: self.lock_with_keychain.unwrap_or(true),
        }
    }
}

fn vault<'de, D: Deserializer<'de>>(given: D) -> Result<Option<PathBuf>, D::Error> {
    whole_path(given, "vault")
}

fn passphrase_file<'de, D: Deserializer<'de>>(given: D) -> Result<Option<PathBuf>, D::Error> {
    whole_path(given, "passphrase-file")
}

fn backup_folder<'de, D: Deserializer<'de>>(given: D) -> Result<Option<PathBuf>, D::Error> {
    whole_path(given, "backup-folder")
}

fn sync_file<'de, D: Deserializer<'de>>(given: D) -> Result<Option<PathBuf>, D::Error> {
    whole_path(given, "sync-file")
}

fn backup_keep<'de, D: Deserializer<'de>>(given: D) -> Result<Option<usize>, D::Error> {
    let keep = usize::deserialize(given).ok();
    let keep = keep.filter(|keep| (1..=1000).contains(keep));
    let keep = keep.ok_or_else(|| D::Error::custom(BACKUP_KEEP));
    keep.map(Some)
}

pub(super) fn whole_path<'de, D: Deserializer<'de>>(
    given: D,
    name: &str,
) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(given).ok();
    if path.as_ref().is_some_and(|path| path.is_absolute()) {
        return Ok(path);
    }
    let words = "must be the absolute path of a file, in quotes; ~ and variables are not expanded";
    Err(D::Error::custom(format_args!("{name} {words}")))
}

fn lock_after<'de, D: Deserializer<'de>>(given: D) -> Result<Option<u64>, D::Error> {
    let seconds = u64::deserialize(given).ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or_else(|| D::Error::custom(LOCK_AFTER));
    seconds.map(Some)
}

fn lock_with_screen<'de, D: Deserializer<'de>>(given: D) -> Result<Option<bool>, D::Error> {
    switch(given, LOCK_WITH_SCREEN)
}

fn lock_on_suspend<'de, D: Deserializer<'de>>(given: D) -> Result<Option<bool>, D::Error> {
    switch(given, LOCK_ON_SUSPEND)
}

fn lock_with_session<'de, D: Deserializer<'de>>(given: D) -> Result<Option<bool>, D::Error> {
    switch(given, LOCK_WITH_SESSION)
}

fn lock_with_keychain<'de, D: Deserializer<'de>>(given: D) -> Result<Option<bool>, D::Error> {
    switch(given, LOCK_WITH_KEYCHAIN)
}

fn search_codes<'de, D: Deserializer<'de>>(given: D) -> Result<Option<bool>, D::Error> {
    switch(given, SEARCH_CODES)
}

fn switch<'de, D: Deserializer<'de>>(given: D, words: &str) -> Result<Option<bool>, D::Error> {
    let given = bool::deserialize(given).map_err(|_| D::Error::custom(words))?;
    Ok(Some(given))
}
