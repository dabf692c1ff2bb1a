//! The search for the accounts that match a query.

use mfa_ipc::Error;

use super::{Ask, Served};
use crate::service::consent::Applicant;
use crate::service::{Service, accounts};

/// A request for the ids of all accounts that match a query, the best match first.
pub(crate) struct Find(pub(crate) String);

impl Ask for Find {
    type Answer = Vec<String>;

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        let Self(query) = self;
        accounts::check(&query)?;
        let ids = service.accounts.unlocked.index().search(&query);
        Ok(Served::Now(ids.iter().map(ToString::to_string).collect()))
    }
}
