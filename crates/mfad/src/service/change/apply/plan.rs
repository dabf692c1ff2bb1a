//! What a change of many accounts does to the items, and whether it may.

use std::collections::{BTreeSet, HashMap};

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::port::ItemChange;
use mfa_core::unlocked::Clash;
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;

use super::Apply;
use crate::service::accounts::Accounts;
use crate::service::errors;

impl Apply {
    /// Checks the change against the accounts as they are, and returns what it does to the items.
    pub(super) fn steps(&mut self, accounts: &Accounts) -> Result<Vec<ItemChange>, Error> {
        let unlocked = &accounts.unlocked;
        let ids: BTreeSet<_> = self.puts.iter().map(|put| put.account.id).collect();
        self.removed
            .retain(|id| unlocked.get(*id).is_some() && !ids.contains(id));
        let mut steps = Vec::with_capacity(ids.len() + self.removed.len());
        for put in &mut self.puts {
            let id = put.account.id;
            let old = unlocked.get(id);
            // The service has one counter for a secret, under whatever id it is stored here.
            if put.account.kind.counter().is_some() {
                for other in unlocked.entries() {
                    put.keep_counter_of(other);
                }
            }
            let unread = || accounts.unread.get(&id).cloned();
            steps.push(ItemChange {
                id,
                old: old
                    .map(|old| accounts.stored_text(old))
                    .transpose()?
                    .or_else(unread),
                new: Some(put.to_text().map_err(errors::item)?),
            });
        }
        for id in &self.removed {
            steps.push(ItemChange {
                id: *id,
                old: Some(accounts.stored_text(accounts.entry(*id)?)?),
                new: None,
            });
        }
        let others = unlocked.entries().map(|entry| &entry.account);
        let others = others.filter(|other| !ids.contains(&other.id));
        self.check(others.filter(|other| !self.removed.contains(&other.id)))?;
        Ok(steps)
    }

    /// Returns which accounts change, apart from their counters.
    pub(super) fn edited(&self, accounts: &Accounts) -> BTreeSet<AccountId> {
        let is_held = |put: &&Entry| {
            let Some(old) = accounts.unlocked.get(put.account.id) else {
                return false;
            };
            let mut counted = old.account.clone();
            if let (Kind::Hotp { counter }, Some(new)) =
                (&mut counted.kind, put.account.kind.counter())
            {
                *counter = new;
            }
            counted == put.account && old.secret.same_as(&put.secret)
        };
        let edited = self.puts.iter().filter(|put| !is_held(put));
        let edited = edited.map(|put| put.account.id);
        edited.chain(self.removed.iter().copied()).collect()
    }

    /// Checks that no two accounts would have the same id, name or serial. `others` are those that stay as they are.
    fn check<'a>(&'a self, others: impl Iterator<Item = &'a Account>) -> Result<(), Error> {
        let mut ids = BTreeSet::new();
        let mut names = HashMap::new();
        let mut serials = HashMap::new();
        for other in others {
            names.insert(other.name.to_lowercase(), other);
            serials.insert(&other.serial, other);
        }
        for Entry { account, .. } in &self.puts {
            if !ids.insert(account.id) {
                return Err(errors::same_id_twice());
            }
            if let Some(other) = names.insert(account.name.to_lowercase(), account) {
                return Err(errors::clash(Clash::Name(other)));
            }
            if !account.serial.is_empty()
                && let Some(other) = serials.insert(&account.serial, account)
            {
                return Err(errors::clash(Clash::Serial(other)));
            }
        }
        Ok(())
    }
}
