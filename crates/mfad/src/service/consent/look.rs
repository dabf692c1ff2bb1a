//! Looking at codes without using them: the tray's menu, and `mfactl list --codes`.

use mfa_core::AccountId;
use mfa_core::access::record::{Action, Ground};
use mfa_core::access::{Use, Who};
use mfa_ipc::Error;

use super::ruling::Ruling;
use super::{Applicant, Decision, Permit};
use crate::service::Service;
use crate::service::cause::Cause;

/// A decision on a request to look at codes.
pub(in crate::service) enum Looking {
    /// The asker may look at the codes of these accounts.
    At(Vec<AccountId>),
    /// The user has to be asked first.
    Asked(Cause),
}

impl Service {
    /// Decides at the codes of which accounts an asker may look. Accounts that are denied are left out. If the user has
    /// to be asked about any of the others, the question is about `one`, or about all accounts if the request is for more.
    pub(in crate::service) fn may_look(
        &mut self,
        asker: &Applicant,
        one: Option<AccountId>,
        ids: Vec<AccountId>,
    ) -> Result<Looking, Error> {
        self.may_cross(asker, one, Use::Code)?;
        let mut denied = Vec::new();
        let mut shown = Vec::with_capacity(ids.len());
        let mut permit = Permit::by(Ground::Default);
        for id in ids {
            match self.ruling(asker, Some(id), Use::Code)? {
                Ruling::Deny => {
                    denied.push(id);
                    continue;
                }
                Ruling::Allow(found) => permit = found,
                Ruling::Ask => match asker.allowed_on(one, Use::Code) {
                    Some(ground) => permit = Permit::by(ground),
                    None => match self.ask(asker, one, Use::Code, 1)? {
                        Decision::Yes(found) => permit = found,
                        Decision::Asked(cause) => return Ok(Looking::Asked(cause)),
                    },
                },
            }
            shown.push(id);
        }
        // The tray looks whenever its menu is open.
        if asker.caller.who != Who::Tray {
            for id in denied {
                self.refused_look(asker, id);
            }
            if !shown.is_empty() {
                self.released(asker, one, Action::Look, &permit);
            }
        }
        Ok(Looking::At(shown))
    }
}
