//! The search of the desktop: words instead of a query, since a person is still typing.

use std::collections::HashSet;

use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use super::{Ask, Served};
use crate::service::consent::Applicant;
use crate::service::{Service, accounts};

/// A request for the accounts that match each of these words, the best first. Without words, these are all accounts, the
/// pinned ones first.
pub(crate) struct Search {
    pub(crate) words: Vec<String>,
    /// The maximum number of accounts.
    pub(crate) most: usize,
}

impl Ask for Search {
    type Answer = Vec<Account>;

    fn serve(self, service: &mut Service, _: &Applicant) -> Result<Served<Self>, Error> {
        for word in &self.words {
            accounts::check(word)?;
        }
        let unlocked = &service.accounts.unlocked;
        let mut words = self.words.iter().map(|word| unlocked.index().search(word));
        let Some(mut found) = words.next() else {
            let mut all = unlocked.accounts();
            all.sort_by_key(|account| !account.pinned);
            let all = all.into_iter().take(self.most);
            return Ok(Served::Now(all.cloned().collect()));
        };
        for others in words {
            let others: HashSet<AccountId> = others.into_iter().collect();
            found.retain(|id| others.contains(id));
        }
        let found = found.into_iter().filter_map(|id| unlocked.get(id));
        let found = found.take(self.most).map(|entry| entry.account.clone());
        Ok(Served::Now(found.collect()))
    }
}
