//! The store on the operating system's keychain, through keyring-core.
//!
//! One item holds one account. What the keychain shows without being unlocked says nothing: the
//! service is `mfactl`, the user a UUID, the label always the same. Issuer and user name are inside
//! the secret.
//!
//! A connection to the keychain is made for each call and dropped afterwards. An old one goes stale
//! when the provider restarts, keeps threads alive, and calls are rare: all items at start, one
//! when an account changes.

use std::collections::HashMap;

use keyring_core::{Entry, Error};
use mfa_core::port::{ItemStore, StoreError};
use mfa_core::{AccountId, item};
use zeroize::Zeroizing;

use super::platform;

/// The service that all our items carry.
pub(super) const SERVICE: &str = "mfactl";
/// What keychain managers show.
const LABEL: &str = "mfactl account";

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
                // Handing on an empty text counts the item as unreadable and leaves it alone.
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
        match entry(id)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(unusable(error)),
        }
    }
}

fn entry(id: AccountId) -> Result<Entry, StoreError> {
    let user = id.to_string();
    let modifiers = platform::modifiers(LABEL, &user);
    let modifiers: HashMap<&str, &str> = modifiers.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let store = platform::store().map_err(unusable)?;
    store
        .build(SERVICE, &user, Some(&modifiers))
        .map_err(unusable)
}

/// An item's text. It is handled as bytes: Credential Manager would keep text as UTF-16, and take
/// half as much of it.
fn read(entry: &Entry) -> Result<Zeroizing<String>, Error> {
    match String::from_utf8(entry.get_secret()?) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => Err(Error::BadEncoding(error.into_bytes())),
    }
}

/// Says what went wrong without the bytes that some errors of keyring-core carry.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used where errors are mapped"
)]
fn unusable(error: Error) -> StoreError {
    match &error {
        Error::NoStorageAccess(_) => StoreError::Locked,
        Error::TooLong(..) => StoreError::TooLarge,
        Error::PlatformFailure(source) => {
            // It comes from the keychain, before or after an item and without what is in one.
            tracing::debug!(error = %source, "the keychain");
            StoreError::Unavailable("it failed: see the daemon's log (MFAD_LOG=debug)".into())
        }
        Error::Ambiguous(_) => StoreError::Unavailable("it holds an item twice".into()),
        Error::NoEntry => StoreError::Unavailable("it has no place for new items".into()),
        _ => StoreError::Unavailable("it answered in a way that we do not know".into()),
    }
}
