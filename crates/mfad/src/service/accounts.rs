//! The accounts that were read from the keychain, and what else is known of its items.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mfa_core::item::{self, Entry};
use mfa_core::port::ItemChange;
use mfa_core::query::{self, Index};
use mfa_core::unlocked::Unlocked;
use mfa_core::{AccountId, naming};
use mfa_ipc::Error;
use zeroize::Zeroizing;

use super::errors;

/// The number of candidates that an error names.
const MAX_CANDIDATES: usize = 5;

/// The accounts, as they were read.
#[derive(Default)]
pub(super) struct Accounts {
    pub(super) unlocked: Unlocked,
    /// The stored names of accounts that go by another name because theirs was taken.
    renamed: HashMap<AccountId, String>,
    /// The ids of items that were read and belong to an incomplete import.
    pub(super) left: BTreeSet<AccountId>,
    /// The texts of the items that a decided change names, while all items are read.
    pub(super) redone: Redone,
    /// What is left to do for a decided change in a store.
    pub(super) forward: Option<(String, Vec<ItemChange>)>,
    /// Whether the items that are being read may be half of a change that is under way.
    pub(super) is_mixed: bool,
    /// The revision of the accounts. It only grows while the daemon runs.
    pub(super) revision: u64,
    /// The texts of items that were not understood and are left as they are, unless a backup replaces them.
    pub(super) unread: BTreeMap<AccountId, Zeroizing<String>>,
}

impl Accounts {
    /// Forgets all accounts, and wipes their secrets.
    pub(super) fn clear(&mut self) {
        let revision = self.revision;
        *self = Self {
            revision,
            ..Self::default()
        };
    }

    /// Adds an account that was read. If its name is taken, it gets another one for the time being: such an
    /// account comes from a file that another program edits.
    pub(super) fn admit(&mut self, mut entry: Entry) {
        if self.unlocked.admits(&entry.account).is_err() {
            let account = &mut entry.account;
            let taken = |name: &str| self.unlocked.has_name(name);
            self.renamed.insert(account.id, account.name.clone());
            account.name = naming::suggest(&account.name, &account.username, taken);
        }
        self.keep(entry);
    }

    /// Keeps an account, with its secret in memory that is not swapped out if such memory is available.
    pub(super) fn keep(&mut self, entry: Entry) {
        if !mfa_sys::memory::lock(entry.secret.expose()) && self.unlocked.is_empty() {
            tracing::warn!("secrets may be swapped to disk: raise the limit on locked memory");
        }
        self.unlocked.put(entry);
    }

    /// Records that an account was stored under the name that it goes by.
    pub(super) fn is_stored_as_named(&mut self, id: AccountId) {
        self.renamed.remove(&id);
    }

    /// Returns the account with the given id.
    pub(super) fn known(&self, id: &str) -> Result<&Entry, Error> {
        let id = AccountId::parse(id);
        id.and_then(|id| self.unlocked.get(id))
            .ok_or_else(errors::no_such_id)
    }

    /// Returns the text of an account that the keychain should hold.
    pub(super) fn stored_text(&self, entry: &Entry) -> Result<Zeroizing<String>, Error> {
        let mut account = entry.account.clone();
        if let Some(name) = self.renamed.get(&account.id) {
            account.name.clone_from(name);
        }
        item::to_text(&account, &entry.secret).map_err(errors::item)
    }

    /// Returns an account that was found, with its secret.
    pub(super) fn entry(&self, id: AccountId) -> Result<&Entry, Error> {
        self.unlocked.get(id).ok_or_else(errors::no_such_id)
    }

    /// Finds the account that a query means. The error names the candidates, never the query.
    pub(super) fn resolve(&self, query: &str) -> Result<&Entry, Error> {
        self.found(query, Index::find)
    }

    /// Finds the account whose id, serial, issuer:username or name is the query.
    pub(super) fn resolve_exactly(&self, query: &str) -> Result<&Entry, Error> {
        self.found(query, Index::find_whole)
    }

    fn found(
        &self,
        query: &str,
        find: fn(&Index, &str) -> Result<AccountId, query::Error>,
    ) -> Result<&Entry, Error> {
        check(query)?;
        let found = find(self.unlocked.index(), query).map_err(|error| match error {
            query::Error::NotFound => errors::no_match(),
            query::Error::Ambiguous(ids) => self.ambiguous(&ids),
        });
        self.entry(found?)
    }

    fn ambiguous(&self, ids: &[AccountId]) -> Error {
        let entries = ids.iter().filter_map(|id| self.unlocked.get(*id));
        let candidate = |entry: &Entry| (entry.account.label(), entry.account.id);
        let mut candidates: Vec<_> = entries.map(candidate).collect();
        candidates.sort();
        let more = candidates.len().saturating_sub(MAX_CANDIDATES);
        candidates.truncate(MAX_CANDIDATES);
        errors::ambiguous(candidates, more)
    }
}

/// The texts of the items that a record names, once they are read.
#[derive(Default)]
pub(super) struct Redone(HashMap<AccountId, Option<Zeroizing<String>>>);

impl Redone {
    /// Returns room for these items.
    pub(super) fn expect(ids: impl Iterator<Item = AccountId>) -> Self {
        Self(ids.map(|id| (id, None)).collect())
    }

    /// Takes in an item, if a record names it. Returns the text otherwise.
    pub(super) fn keep(
        &mut self,
        id: AccountId,
        text: Zeroizing<String>,
    ) -> Option<Zeroizing<String>> {
        match self.0.get_mut(&id) {
            Some(place) => {
                *place = Some(text);
                None
            }
            None => Some(text),
        }
    }

    pub(super) fn take(&mut self, id: AccountId) -> Option<Zeroizing<String>> {
        self.0.get_mut(&id).and_then(Option::take)
    }

    pub(super) fn has(&self, id: AccountId) -> bool {
        self.0.get(&id).is_some_and(Option::is_some)
    }

    /// Returns the items that nobody has taken.
    pub(super) fn rest(self) -> impl Iterator<Item = (AccountId, Zeroizing<String>)> {
        let texts = self.0.into_iter();
        texts.filter_map(|(id, text)| Some((id, text?)))
    }
}

/// Returns the id of a new account.
pub(super) fn new_id() -> Result<AccountId, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| errors::no_random())?;
    Ok(AccountId::from_random(random))
}

/// Checks the length of a query, which is a few typed letters.
pub(super) fn check(query: &str) -> Result<(), Error> {
    if query.len() > query::MAX_BYTES {
        return Err(errors::long_query());
    }
    Ok(())
}
