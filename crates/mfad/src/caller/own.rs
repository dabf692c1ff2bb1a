//! The daemon itself as an asker: it does what the configuration says, and nobody has asked for it.

use std::sync::Arc;

use mfa_core::access::{Caller, Transport};
use mfa_sys::peer::{Peer, User};

use super::{Asker, Witness, identify};

/// The daemon stays what it is.
struct Own;

impl Witness for Own {
    fn is_same(&self, _: &Caller) -> bool {
        true
    }
}

impl Asker {
    /// Returns the daemon itself, for what nobody has asked for.
    pub(crate) fn own() -> Self {
        let peer = Peer::new(User::own(), std::process::id());
        Self {
            caller: identify(&peer, Transport::Private),
            interactive: false,
            may_be_asked_about: false,
            reason: None,
            site: None,
            action: None,
            process: Arc::default(),
            witness: Arc::new(Own),
        }
    }
}
