//! The Secret Service: gnome-keyring, KeePassXC, KWallet.

mod secret_service;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::CredentialStore;

pub(in crate::keychain) use secret_service::SecretServiceGate as OsGate;

/// The name that people know, used where the provider is not known.
pub(in crate::keychain) const NAME: &str = "Secret Service";

pub(in crate::keychain) fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

pub(in crate::keychain) fn search(service: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", service)])
}

/// Returns whether an error of the store says that the keychain has ended before it answered. It contains the name that
/// the bus gives this error.
pub(in crate::keychain) fn has_ended(error: &str) -> bool {
    error.contains("org.freedesktop.DBus.Error.NoReply")
}

pub(in crate::keychain) fn modifiers(label: &str, _user: &str) -> Vec<(&'static str, String)> {
    vec![("label", label.to_owned())]
}
