//! Removing the items that a failed import left in a store.

use std::collections::BTreeSet;
use std::io;

use mfa_core::AccountId;
use mfa_ipc::Error;

use super::writing::remove;
use super::{Change, Job, Written};
use crate::service::{Service, errors};

/// A change that removes the leftover items of this store. Nobody waits for it.
pub(in crate::service) struct Discard(pub(in crate::service) String);

impl Change for Discard {
    type Answer = ();
    type Ready = String;

    fn prepare(self, service: &mut Service) -> Result<(Job, String), Error> {
        let Self(store) = self;
        let left = std::mem::take(&mut service.accounts.left);
        if store != service.door.store {
            // The items stay noted until that store is read again.
            return Err(errors::read_again());
        }
        let ids = &service.unfinished(&store) | &left;
        let keychain = service.parts.keychain.clone();
        let job = Box::pin(async move {
            let (result, left) = remove(&keychain, ids).await;
            Written { result, left }
        });
        Ok((job, store))
    }

    fn note_left(
        store: &String,
        service: &mut Service,
        left: &BTreeSet<AccountId>,
    ) -> io::Result<()> {
        let still = &service.unfinished(store) & left;
        service.note_unfinished(store, still)
    }

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
