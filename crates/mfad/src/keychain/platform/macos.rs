//! The login keychain. macOS itself asks for the user's consent when an item is read, so its gate is always open.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::CredentialStore;

/// The name that people know.
pub(in crate::keychain) const NAME: &str = "login keychain";

pub(in crate::keychain) fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

pub(in crate::keychain) fn search(service: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", service)])
}

/// The keychain is a part of the system, which does not end.
pub(in crate::keychain) fn has_ended(_error: &str) -> bool {
    false
}

pub(in crate::keychain) fn modifiers(_label: &str, _user: &str) -> Vec<(&'static str, String)> {
    Vec::new()
}
