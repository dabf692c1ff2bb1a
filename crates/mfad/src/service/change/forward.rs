//! Completing a change of many accounts that was decided before, perhaps by a daemon that was killed meanwhile.

use mfa_core::port::ItemChange;
use mfa_ipc::Error;

use super::writing::carry_out;
use super::{Change, Job};
use crate::service::{Service, errors};

/// A change that carries out what is left of one that was decided. Nobody waits for it.
pub(in crate::service) struct Forward {
    /// The store that the change is made in.
    pub(in crate::service) store: String,
    pub(in crate::service) steps: Vec<ItemChange>,
}

impl Change for Forward {
    type Answer = ();
    type Ready = String;

    fn prepare(self, service: &mut Service) -> Result<(Job, String), Error> {
        let Self { store, steps } = self;
        let keychain = service.parts.keychain.clone();
        let job = async move { carry_out(&keychain, steps).await.into() };
        Ok((Box::pin(job), store))
    }

    fn next(store: &mut String, service: &mut Service) -> Result<Option<Job>, Error> {
        let crossed_out = service.cross_out(store);
        crossed_out.map_err(|error| errors::incomplete(&error.to_string()))?;
        Ok(None)
    }

    /// Returns nothing: the accounts were served as they are now from the start.
    fn done(_: String, _: &mut Service) -> Result<(), Error> {
        Ok(())
    }

    fn done_while_locked(_: String) -> Result<(), Error> {
        Ok(())
    }

    fn is_of_many(_: &String) -> bool {
        true
    }
}
