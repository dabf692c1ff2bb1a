//! The trays that copy codes for others.

use mfa_core::ledger::Wish;
use mfa_ipc::Error;

use super::{Ask, Needs, Served};
use crate::service::Service;
use crate::service::consent::Applicant;

/// How many seconds a copied code has to be valid for, so that there is time to paste it.
const MIN_REMAINING: u64 = 5;

/// An offer to copy codes for others over this connection until it closes.
pub(crate) struct Offer(pub(crate) zbus::Connection);

/// A request for the wish with which to ask for the code that is to be copied. An error means that no code should be
/// asked for: nobody can copy it, or the query matches no single account.
pub(in crate::service) struct MayCopy(pub(in crate::service) String);

/// A request for the trays that can copy a code now, the latest first.
pub(in crate::service) struct Trays;

impl Ask for Offer {
    type Answer = ();

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        service.copiers.offer(&asker.caller, self.0)?;
        tracing::info!(caller = %asker.caller, "offered to copy codes");
        Ok(Served::Now(()))
    }
}

impl Ask for MayCopy {
    type Answer = Wish;

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let period = service.accounts.resolve(&self.0)?.account.kind.period();
        service.copiers.trays()?;
        Ok(Served::Now(Wish {
            // An account whose codes are short-lived leaves less time.
            min_remaining: period.map_or(0, |period| MIN_REMAINING.min(period.get() / 3)),
            ..Wish::default()
        }))
    }
}

impl Ask for Trays {
    type Answer = Vec<zbus::Connection>;

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        service.copiers.trays().map(Served::Now)
    }
}
