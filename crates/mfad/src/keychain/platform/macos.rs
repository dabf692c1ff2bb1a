//! The login keychain.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::CredentialStore;

/// The system asks for the user's consent itself when an item is read.
pub(in crate::keychain) use super::open::OpenGate as OsGate;

/// What people call it.
pub(in crate::keychain) const NAME: &str = "login keychain";

pub(in crate::keychain) fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

pub(in crate::keychain) fn search(service: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", service)])
}

pub(in crate::keychain) fn modifiers(_label: &str, _user: &str) -> Vec<(&'static str, String)> {
    Vec::new()
}
