//! All accounts with their secrets, for the daemon itself, which puts them into a file that the asker has named.

use mfa_core::access::Use;
use mfa_core::access::record::Action;
use mfa_core::item::Entry;
use mfa_core::merge;
use mfa_ipc::Error;

use super::{Ask, Needs, Served};
use crate::service::consent::{Applicant, Decision, Takes};
use crate::service::state::State;
use crate::service::{Service, errors};
use crate::sync::Here;

/// A request for all accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Snapshot {
    /// The asker has to be allowed.
    First,
    /// The asker has been given them for this request already.
    Again,
    /// The daemon asks itself, because the configuration says so. It opens no accounts for that, and they are locked for
    /// want of requests all the same.
    Own,
}

impl Ask for Snapshot {
    type Answer = Here;

    fn needs(&self) -> Needs {
        match self {
            Self::First | Self::Again => Needs::Accounts,
            Self::Own => Needs::Nothing,
        }
    }

    fn takes(&self) -> Option<Takes> {
        Some(Takes(None, Use::Secret))
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        if service.door.state != State::Open {
            return Err(errors::locked_meanwhile());
        }
        if self == Self::First {
            let permit = match service.may(asker, None, Use::Secret, 1)? {
                Decision::Yes(permit) => permit,
                Decision::Asked(cause) => return Ok(Served::Later(self, cause)),
            };
            service.count(asker, None, Use::Secret, 1)?;
            service.released(asker, None, Action::Sync, &permit);
        }
        let copy = |entry: &Entry| merge::version(&entry.account, &entry.secret);
        let vault = service.parts.keychain.vault_file();
        Ok(Served::Now(Here {
            entries: service.accounts.unlocked.entries().map(copy).collect(),
            unreadable: service.accounts.unread.keys().copied().collect(),
            removed: service.parts.notes.removed.clone(),
            store: service.door.store.clone(),
            vault: vault.map(|file| file.path().to_owned()),
            revision: service.accounts.revision,
        }))
    }
}
