//! The store on the operating system's keychain, through keyring-core.
//!
//! One item holds one account. The parts that the keychain shows without being unlocked reveal nothing: the
//! service is `mfactl`, the user is a UUID, and the label is always the same. Issuer and user name are inside
//! the secret.
//!
//! The passphrases of other files have items of their own, with another service, so that no version takes them for
//! accounts.
//!
//! A connection to the keychain is made for each call and dropped afterwards. A lasting one would go stale when
//! the provider restarts, and keep threads alive. Calls are rare: one for all items at the start, and one when
//! an account changes.

use std::collections::HashMap;

use keyring_core::{Entry, Error};
use mfa_core::port::{ItemStore, Kept, StoreError};
use mfa_core::{AccountId, item};
use mfa_ipc::launcher;
use zeroize::Zeroizing;

use super::platform;

/// The service that all our items carry.
pub(super) const SERVICE: &str = "mfactl";
/// The label that keychain managers show.
const LABEL: &str = "mfactl account";
/// The service and the label of the passphrases of other files.
const PASSPHRASES: &str = "mfactl-passphrase";
const PASSPHRASE_LABEL: &str = "mfactl passphrase";

/// The store; see the module.
pub(super) struct KeyringStore;

impl ItemStore for KeyringStore {
    fn load(
        &mut self,
        each: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        let store = platform::store().map_err(unusable)?;
        for entry in store.search(&platform::search(SERVICE)).map_err(unusable)? {
            let Some(id) = entry
                .get_specifiers()
                .and_then(|(_, user)| AccountId::parse(&user))
            else {
                continue;
            };
            match read(&entry) {
                Ok(text) => {
                    if !each(id, text) {
                        break;
                    }
                }
                Err(Error::NoEntry) => {}
                // An empty text makes the item count as unreadable, and it is left alone.
                Err(Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _)) => {
                    drop(Zeroizing::new(bytes));
                    each(id, Zeroizing::default());
                }
                Err(error) => return Err(unusable(error)),
            }
        }
        Ok(())
    }

    fn put(&mut self, id: AccountId, old: Option<&str>, text: &str) -> Result<(), StoreError> {
        let entry = entry(id)?;
        let stored = match read(&entry) {
            Ok(stored) => Some(stored),
            Err(Error::NoEntry) => None,
            Err(error) => return Err(unusable(error)),
        };
        match (&stored, old) {
            (None, None) => {}
            (Some(stored), Some(old)) if item::same(id, stored, old) => {}
            _ => return Err(StoreError::Changed),
        }
        entry.set_secret(text.as_bytes()).map_err(unusable)
    }

    fn delete(&mut self, id: AccountId) -> Result<(), StoreError> {
        remove(&entry(id)?)
    }

    fn passphrase(&mut self, of: Kept) -> Result<Option<Zeroizing<String>>, StoreError> {
        match read(&passphrase(of)?) {
            Ok(text) => Ok(Some(text)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unusable(error)),
        }
    }

    fn keep_passphrase(&mut self, of: Kept, text: Option<&str>) -> Result<(), StoreError> {
        let item = passphrase(of)?;
        match text {
            Some(text) => item.set_secret(text.as_bytes()).map_err(unusable),
            None => remove(&item),
        }
    }
}

fn remove(item: &Entry) -> Result<(), StoreError> {
    match item.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(unusable(error)),
    }
}

fn entry(id: AccountId) -> Result<Entry, StoreError> {
    item(SERVICE, &id.to_string(), LABEL)
}

fn passphrase(of: Kept) -> Result<Entry, StoreError> {
    item(PASSPHRASES, of.as_str(), PASSPHRASE_LABEL)
}

fn item(service: &str, user: &str, label: &str) -> Result<Entry, StoreError> {
    let modifiers = platform::modifiers(label, user);
    let modifiers: HashMap<&str, &str> = modifiers.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let store = platform::store().map_err(unusable)?;
    store
        .build(service, user, Some(&modifiers))
        .map_err(unusable)
}

/// Returns an item's text. It is handled as bytes: the Credential Manager would store text as UTF-16, and
/// accept only half as much of it.
fn read(entry: &Entry) -> Result<Zeroizing<String>, Error> {
    match String::from_utf8(entry.get_secret()?) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => Err(Error::BadEncoding(error.into_bytes())),
    }
}

/// Converts an error without the bytes that some errors of keyring-core carry.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used where errors are mapped"
)]
fn unusable(error: Error) -> StoreError {
    match &error {
        Error::NoStorageAccess(_) => StoreError::Locked,
        Error::TooLong(..) => StoreError::TooLarge,
        Error::PlatformFailure(source) if platform::has_ended(&source.to_string()) => {
            StoreError::Unavailable(
                "it ended before it answered\n  The change may have been stored anyway: check with mfactl list before you try again"
                    .into(),
            )
        }
        Error::PlatformFailure(source) => {
            // The source is an error of the keychain before or after it handles an item, and holds nothing of
            // the item.
            tracing::debug!(error = %source, "the keychain");
            StoreError::Unavailable(format!(
                "it reported an error\n  For details, set MFAD_LOG=debug and see the log of mfad: {}",
                launcher::where_it_logs()
            ))
        }
        Error::Ambiguous(_) => StoreError::Unavailable(
            "it contains an item twice: delete one of the two in the program that manages your keychain"
                .into(),
        ),
        Error::NoEntry => StoreError::Unavailable(
            "it has no place for new items: create a default keyring or open a database".into(),
        ),
        other => {
            // These say what is wrong with the keychain. Others carry bytes of an item.
            if let Error::BadStoreFormat(what) | Error::NotSupportedByStore(what) = other {
                tracing::warn!(%what, "the keychain gave an unknown answer");
            }
            StoreError::Unavailable("it gave an unknown answer: see the log of mfad".into())
        }
    }
}
