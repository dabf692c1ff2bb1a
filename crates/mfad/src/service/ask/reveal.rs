//! Secrets, for users who move an account elsewhere.

use std::collections::BTreeSet;

use mfa_core::AccountId;
use mfa_core::access::Use;
use mfa_core::access::record::Action;
use mfa_core::item::Entry;
use mfa_core::uri;
use mfa_ipc::Error;
use mfa_ipc::types::Exported;
use zeroize::Zeroizing;

use super::{Ask, Served};
use crate::service::Service;
use crate::service::consent::{Applicant, Decision, Takes};

/// A request for the link of the account with this id, including its secret.
pub(crate) struct Reveal(pub(crate) String);

/// A request for all accounts with their links.
pub(crate) struct Export;

/// A request for the accounts with these ids, with their links. It is one request, however many they are; but each of the
/// accounts is asked about for itself, as with [`Reveal`].
pub(crate) struct ExportSome(pub(crate) Vec<String>);

impl Ask for Reveal {
    type Answer = Zeroizing<String>;

    fn takes(&self) -> Option<Takes> {
        Some(Takes(AccountId::parse(&self.0), Use::Secret))
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let id = service.accounts.known(&self.0)?.account.id;
        let permit = match service.may(asker, Some(id), Use::Secret, 1)? {
            Decision::Yes(permit) => permit,
            Decision::Asked(cause) => return Ok(Served::Later(self, cause)),
        };
        service.count(asker, Some(id), Use::Secret, 1)?;
        service.released(asker, Some(id), Action::Reveal, &permit);
        Ok(Served::Now(link(service.accounts.entry(id)?)))
    }
}

impl Ask for Export {
    type Answer = Vec<Exported>;

    fn takes(&self) -> Option<Takes> {
        Some(Takes(None, Use::Secret))
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let permit = match service.may(asker, None, Use::Secret, 1)? {
            Decision::Yes(permit) => permit,
            Decision::Asked(cause) => return Ok(Served::Later(self, cause)),
        };
        service.count(asker, None, Use::Secret, 1)?;
        service.released(asker, None, Action::Export, &permit);
        let accounts: Vec<_> = service.accounts.unlocked.entries().map(exported).collect();
        Ok(Served::Now(accounts))
    }
}

impl Ask for ExportSome {
    type Answer = Vec<Exported>;

    fn takes(&self) -> Option<Takes> {
        Some(Takes(None, Use::Secret))
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let known = |id: &String| Ok(service.accounts.known(id)?.account.id);
        let ids: BTreeSet<_> = self.0.iter().map(known).collect::<Result<_, Error>>()?;
        let mut permits = Vec::new();
        for id in ids {
            match service.may(asker, Some(id), Use::Secret, 1)? {
                Decision::Yes(permit) => permits.push((id, permit)),
                Decision::Asked(cause) => return Ok(Served::Later(self, cause)),
            }
        }
        service.count(asker, None, Use::Secret, 1)?;
        for (id, permit) in &permits {
            service.released(asker, Some(*id), Action::Reveal, permit);
        }
        let ids = permits.into_iter().map(|(id, _)| id);
        let accounts = ids.map(|id| service.accounts.entry(id).map(exported));
        Ok(Served::Now(accounts.collect::<Result<_, _>>()?))
    }
}

fn exported(entry: &Entry) -> Exported {
    Exported {
        account: entry.account.clone(),
        uri: link(entry),
    }
}

fn link(entry: &Entry) -> Zeroizing<String> {
    uri::print(&entry.account, &entry.secret)
}
