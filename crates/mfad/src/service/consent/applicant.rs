//! The asker of one request, with what the user has allowed for that request.
//!
//! The process behind a request knows nothing of consent, so this is no part of an [`Asker`]. It is kept with the
//! request for as long as that waits, and no other request of the same process has any of it.

use std::ops::Deref;

use mfa_core::AccountId;
use mfa_core::access::Use;
use mfa_core::access::record::Ground;

use crate::caller::Asker;

/// What a request takes: codes or secrets of an account, or of all accounts, or of one that is not known yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takes(pub(crate) Option<AccountId>, pub(crate) Use);

/// The asker of one request.
pub(crate) struct Applicant {
    asker: Asker,
    /// What the user has allowed for this request: a use of an account, or of all accounts if there is none, and the ground
    /// for the log. A request for several accounts asks about one after the other.
    allowed: Vec<(Option<AccountId>, Use, Ground)>,
}

impl Applicant {
    /// Creates the asker of a request about which the user has not been asked.
    pub(in crate::service) fn new(asker: Asker) -> Self {
        Self {
            asker,
            allowed: Vec::new(),
        }
    }

    /// Returns the same asker, now that the user has allowed the request.
    pub(in crate::service) fn allowed(
        mut self,
        account: Option<AccountId>,
        usage: Use,
        ground: Ground,
    ) -> Self {
        self.allowed.push((account, usage, ground));
        self
    }

    /// Returns the ground on which the user has allowed this use of an account, or of all accounts, for this request.
    pub(super) fn allowed_on(&self, account: Option<AccountId>, usage: Use) -> Option<Ground> {
        let mut allowed = self.allowed.iter();
        let found = allowed.find(|(what, how, _)| (*what, *how) == (account, usage));
        found.map(|(_, _, ground)| *ground)
    }

    /// Returns the asker without what was allowed.
    pub(in crate::service) fn into_asker(self) -> Asker {
        self.asker
    }
}

impl Deref for Applicant {
    type Target = Asker;

    fn deref(&self) -> &Asker {
        &self.asker
    }
}
