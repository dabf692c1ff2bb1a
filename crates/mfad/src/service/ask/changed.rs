//! The refusal of an answer because the program that asked has become another one.

use mfa_core::access::record::Ground;
use mfa_ipc::Error;

use super::{Ask, Needs, Served};
use crate::service::Service;
use crate::service::consent::{Applicant, Takes};

/// Notes in the access log that a program did not get what it had asked for.
pub(in crate::service) struct Changed(pub(in crate::service) Takes);

impl Ask for Changed {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let Takes(account, usage) = self.0;
        service.refused(asker, account, usage, Ground::Changed);
        Ok(Served::Now(()))
    }
}
