//! All accounts, or one of them.

use mfa_core::Account;
use mfa_core::access::Transport;
use mfa_ipc::Error;
use mfa_ipc::types::QueryOptions;

use super::{Ask, Served};
use crate::caller::Asker;
use crate::service::Service;
use crate::service::consent::Applicant;

/// A request for all accounts and their revision.
pub(crate) struct List;

/// A request for the account that a query means.
pub(crate) struct Get {
    pub(crate) query: String,
    pub(crate) options: QueryOptions,
}

impl Ask for List {
    type Answer = (Vec<Account>, u64);

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let accounts = service.accounts.unlocked.accounts().into_iter();
        let accounts = accounts.map(|account| shown(account, asker)).collect();
        Ok(Served::Now((accounts, service.accounts.revision)))
    }
}

impl Ask for Get {
    type Answer = Account;

    fn is_certain(&self, unlocked: &mfa_core::unlocked::Unlocked) -> bool {
        unlocked.index().certain(&self.query).is_some()
    }

    fn serve(self, service: &mut Service, asker: &Applicant) -> Result<Served<Self>, Error> {
        let accounts = &service.accounts;
        let found = if self.options.exact {
            accounts.resolve_exactly(&self.query)
        } else {
            accounts.resolve(&self.query)
        };
        Ok(Served::Now(shown(&found?.account, asker)))
    }
}

/// Returns what others may see of an account. A note often holds recovery codes, and domains tell where a person has
/// accounts, so both stay off the session bus, where every program can listen. `more` is left out because nobody knows
/// what a newer program keeps there.
fn shown(account: &Account, asker: &Asker) -> Account {
    let mut account = account.clone();
    account.more.clear();
    if asker.caller.transport == Transport::SessionBus {
        account.note.clear();
        account.domains.clear();
    }
    account
}
