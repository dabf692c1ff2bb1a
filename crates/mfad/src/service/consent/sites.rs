//! Sites: a browser gets the codes of an account only on the sites on which the account is used.
//!
//! A site may look like another one to a person, so no answer of the user lets a code go to a site that is none of the
//! account's. Only the first one is a matter of an answer, and `mfactl edit` adds others.

use mfa_core::access::record::Ground;
use mfa_core::access::{Use, Who};
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use crate::caller::Asker;
use crate::service::{Service, errors};

/// Returns whether a browser asks, and no site is known yet on which the account is used.
pub(in crate::service) fn is_first_site(asker: &Asker, account: &Account) -> bool {
    asker.site.is_some() && account.domains.is_empty()
}

impl Service {
    /// Refuses a browser on a site on which an account is not used.
    pub(in crate::service) fn is_for_site(
        &mut self,
        asker: &Asker,
        id: AccountId,
        usage: Use,
    ) -> Result<(), Error> {
        let domains = &self.accounts.entry(id)?.account.domains;
        let is_on = |site| domains.iter().any(|domain| domain.covers(site));
        match &asker.site {
            Some(site) if !domains.is_empty() && !is_on(site) => {
                let error = errors::other_site(domains);
                self.refused(asker, Some(id), usage, Ground::Site);
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Checks that an asker may change an account: its domains say where its codes may go, and a program could name a site
    /// of its own. Which ones an account has that cannot be read is unknown.
    pub(in crate::service) fn may_move(
        &self,
        asker: &Asker,
        old: Option<&Account>,
        new: &Account,
    ) -> Result<(), Error> {
        let is_person = matches!(asker.caller.who, Who::Person | Who::Tray);
        let known = old.map_or(&[][..], |old| &old.domains);
        if is_person || known == new.domains {
            return Ok(());
        }
        tracing::warn!(caller = %asker.caller, "refused to change the domains of an account");
        Err(errors::only_a_person_sets_domains())
    }
}
