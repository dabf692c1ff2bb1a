//! The gate of a keychain that is open while its user is logged in.

use std::time::Duration;

use mfa_core::port::StoreError;
use tokio::sync::mpsc;

use crate::keychain::{Identity, State};

/// The gate; see the module.
#[derive(Clone, Debug)]
pub(in crate::keychain) struct OpenGate;

#[expect(clippy::unused_async, reason = "other gates ask somebody")]
impl OpenGate {
    pub(in crate::keychain) fn new(_bus: Option<zbus::Connection>) -> Self {
        Self
    }

    pub(in crate::keychain) async fn state(&self) -> Result<State, StoreError> {
        Ok(State::Open)
    }

    pub(in crate::keychain) async fn prompt(&self, _deadline: Duration) -> Result<(), StoreError> {
        Ok(())
    }

    pub(in crate::keychain) async fn identity(&self, _deadline: Duration) -> Identity {
        Identity {
            name: super::NAME.to_owned(),
            store: super::NAME.to_owned(),
        }
    }

    pub(in crate::keychain) async fn watch(&self, _changed: &mpsc::Sender<()>) {}
}
