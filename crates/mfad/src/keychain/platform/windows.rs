//! The Credential Manager.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::CredentialStore;

/// The name that people know.
pub(in crate::keychain) const NAME: &str = "Credential Manager";

pub(in crate::keychain) fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    // The divider separates `user` from `service` unambiguously: a UUID contains no slash.
    let configuration = HashMap::from([("divider", "/"), ("service_no_divider", "true")]);
    let store: Arc<CredentialStore> =
        windows_native_keyring_store::Store::new_with_configuration(&configuration)?;
    Ok(store)
}

/// Returns the filter of the search, which takes a regular expression over target names.
pub(in crate::keychain) fn search(_service: &str) -> HashMap<&str, &str> {
    HashMap::from([("pattern", "^[0-9a-f-]{36}/mfactl$")])
}

/// The keychain is a part of the system, which does not end.
pub(in crate::keychain) fn has_ended(_error: &str) -> bool {
    false
}

/// Returns the modifiers of an item. `Local` keeps items on this machine; the default would let them roam.
pub(in crate::keychain) fn modifiers(_label: &str, _user: &str) -> Vec<(&'static str, String)> {
    vec![("persistence", "Local".to_owned())]
}
