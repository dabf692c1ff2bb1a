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
    allowed: Allowed,
}

/// What the user has allowed for one request.
enum Allowed {
    Nothing,
    /// This use of an account, or of all accounts if there is none, and the ground for the log.
    This(Option<AccountId>, Use, Ground),
}

impl Applicant {
    /// Creates the asker of a request about which the user has not been asked.
    pub(in crate::service) fn new(asker: Asker) -> Self {
        Self {
            asker,
            allowed: Allowed::Nothing,
        }
    }

    /// Returns the same asker, now that the user has allowed the request.
    pub(in crate::service) fn allowed(
        self,
        account: Option<AccountId>,
        usage: Use,
        ground: Ground,
    ) -> Self {
        Self {
            allowed: Allowed::This(account, usage, ground),
            ..self
        }
    }

    /// Returns the ground on which the user has allowed this use of an account, or of all accounts, for this request.
    pub(super) fn allowed_on(&self, account: Option<AccountId>, usage: Use) -> Option<Ground> {
        match self.allowed {
            Allowed::This(what, how, ground) if (what, how) == (account, usage) => Some(ground),
            _ => None,
        }
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
