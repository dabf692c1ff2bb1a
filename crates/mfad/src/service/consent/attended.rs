//! Whether somebody can be asked, and by whom: the daemon, or a tray where the daemon leaves the questions to it.
//!
//! Both are looked at for each request. A daemon may have been started where nobody sees it, as over SSH, and a tray may
//! start and end at any time.

use mfa_core::AccountId;
use mfa_core::access::record::Ground;
use mfa_core::access::{Question, Transport, Unattended, Use};
use mfa_ipc::Error;
use tokio::sync::oneshot;

use super::{Decision, Permit};
use crate::caller::Asker;
use crate::question::Asking;
use crate::service::{Service, errors};

impl Service {
    /// Returns whether there is anybody who can be asked.
    pub(in crate::service) fn is_attended(&self) -> bool {
        self.consent.parts.questioner.is_attended() || self.does_a_tray_ask()
    }

    /// Returns whether a tray shows the questions, and the daemon does not.
    fn does_a_tray_ask(&self) -> bool {
        self.consent.parts.questioner.leaves_them_to_a_tray() && self.copiers.any()
    }

    /// Decides where nobody can be asked.
    pub(super) fn unattended(
        &mut self,
        asker: &Asker,
        account: Option<AccountId>,
        usage: Use,
    ) -> Result<Decision, Error> {
        // A browser has a person in front of it, who can be asked or has a reason not to be.
        let is_private = asker.caller.transport == Transport::Private && asker.site.is_none();
        if is_private && self.consent.parts.policy.unattended == Unattended::Allow {
            return Ok(Decision::Yes(Permit::by(Ground::Unattended)));
        }
        self.refused(asker, account, usage, Ground::Unattended);
        Err(errors::nobody_to_ask(asker.caller.transport))
    }

    /// Shows a question, unless a tray does.
    pub(super) fn shown_by(&self, question: &Question, withdrawn: oneshot::Receiver<()>) -> Asking {
        if self.does_a_tray_ask() {
            return Box::pin(async {
                drop(withdrawn.await);
                None
            });
        }
        self.consent.parts.questioner.ask(question, withdrawn)
    }
}
