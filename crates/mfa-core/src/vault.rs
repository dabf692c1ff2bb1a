//! The unlocked accounts, and the rules that hold among them.
//!
//! A vault is plain state: it is filled from the keychain, dropped on lock (which wipes the
//! secrets), and knows nothing of where it came from.

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use crate::account::{Account, AccountId, Kind};
use crate::item::Entry;
use crate::otp::{self, Code};
use crate::query::{self, Index};

/// Which account keeps another one out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash<'v> {
    /// It has the same name, in some case.
    Name(&'v Account),
    /// It has the same serial.
    Serial(&'v Account),
}

/// Why an account cannot be changed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// There is no such account.
    #[error("there is no such account")]
    NoSuchAccount,
}

/// All accounts that are known at the moment, with their secrets.
#[derive(Debug, Default)]
pub struct Vault {
    entries: HashMap<AccountId, Entry>,
    index: Index,
    names: HashMap<String, AccountId>,
    /// Several may have one serial where another program edits the items.
    serials: HashMap<String, BTreeSet<AccountId>>,
}

impl Vault {
    /// How many accounts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an account or replaces the one of the same id.
    pub fn put(&mut self, entry: Entry) {
        let id = entry.account.id;
        self.take(id);
        self.index.insert(&entry.account);
        self.names.insert(entry.account.name.to_lowercase(), id);
        if !entry.account.serial.is_empty() {
            let serial = entry.account.serial.clone();
            self.serials.entry(serial).or_default().insert(id);
        }
        self.entries.insert(id, entry);
    }

    /// Replaces what is known of an account; its secret stays.
    ///
    /// # Errors
    /// [`Error::NoSuchAccount`].
    pub fn update(&mut self, account: Account) -> Result<(), Error> {
        let entry = self.take(account.id).ok_or(Error::NoSuchAccount)?;
        self.put(Entry {
            account,
            secret: entry.secret,
        });
        Ok(())
    }

    /// Removes an account and hands it out.
    pub fn take(&mut self, id: AccountId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.index.remove(&entry.account);
        self.names.remove(&entry.account.name.to_lowercase());
        if let Some(ids) = self.serials.get_mut(&entry.account.serial) {
            ids.remove(&id);
            if ids.is_empty() {
                self.serials.remove(&entry.account.serial);
            }
        }
        Some(entry)
    }

    /// The account and its secret.
    #[must_use]
    pub fn get(&self, id: AccountId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// All accounts, by name.
    #[must_use]
    pub fn accounts(&self) -> Vec<&Account> {
        let mut accounts: Vec<_> = self.entries.values().map(|entry| &entry.account).collect();
        accounts.sort_by_cached_key(|account| (account.name.to_lowercase(), account.id));
        accounts
    }

    /// All accounts with their secrets, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Whether a name is in use, in any case.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    /// The account of a name, in any case.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Entry> {
        self.get(*self.names.get(&name.to_lowercase())?)
    }

    /// Whether an account has a serial.
    #[must_use]
    pub fn has_serial(&self, serial: &str) -> bool {
        self.serials.contains_key(serial)
    }

    /// Whether `account` may stand beside the others: name and serial are free or its own.
    ///
    /// # Errors
    /// The [`Clash`], first of names.
    pub fn admits(&self, account: &Account) -> Result<(), Clash<'_>> {
        let is_other = |other: &&Account| other.id != account.id;
        let named = self.names.get(&account.name.to_lowercase());
        let named = named.and_then(|id| self.get(*id)).map(|e| &e.account);
        if let Some(other) = named.filter(is_other) {
            return Err(Clash::Name(other));
        }
        let same_serial = self.serials.get(&account.serial);
        let mut others = same_serial.into_iter().flatten();
        let other = others.find_map(|id| self.get(*id).map(|e| &e.account).filter(is_other));
        other.map_or(Ok(()), |other| Err(Clash::Serial(other)))
    }

    /// The searchable texts of the accounts.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Finds the one account that a query means; see [`crate::query`].
    ///
    /// # Errors
    /// Those of [`Index::find`].
    pub fn find(&self, query: &str) -> Result<AccountId, query::Error> {
        self.index.find(query)
    }

    /// The code of an account for a step (TOTP, Steam) or a counter (HOTP).
    ///
    /// # Errors
    /// [`Error::NoSuchAccount`].
    pub fn code(&self, id: AccountId, factor: u64) -> Result<Code, Error> {
        let Entry { account, secret } = self.get(id).ok_or(Error::NoSuchAccount)?;
        Ok(otp::generate(
            secret,
            account.kind,
            account.algorithm,
            account.digits,
            factor,
        ))
    }

    /// Moves the counter of an HOTP account, once the new value is in the keychain.
    ///
    /// A counter never goes back.
    pub fn advance(&mut self, id: AccountId, counter: u64) {
        if let Some(entry) = self.entries.get_mut(&id)
            && let Kind::Hotp { counter: old } = &mut entry.account.kind
        {
            *old = counter.max(*old);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::tests::entry;

    #[test]
    fn names_and_serials_are_unique() {
        let mut vault = Vault::default();
        let mut first = entry(1, "aws", "", "");
        first.account.serial = "arn:1".into();
        let aws = first.account.clone();
        vault.put(first);
        assert_eq!(
            vault.admits(&entry(2, "AWS", "", "").account),
            Err(Clash::Name(&aws))
        );
        let mut second = entry(2, "other", "", "").account;
        assert_eq!(vault.admits(&second), Ok(()));
        second.serial = "arn:1".into();
        assert_eq!(vault.admits(&second), Err(Clash::Serial(&aws)));
        assert_eq!(
            vault.admits(&entry(1, "Aws", "", "").account),
            Ok(()),
            "its own name"
        );
    }

    #[test]
    fn replacing_frees_the_old_name() {
        let mut vault = Vault::default();
        vault.put(entry(1, "old", "", ""));
        vault.put(entry(1, "new", "", ""));
        assert_eq!(vault.len(), 1);
        assert!(vault.has_name("NEW") && !vault.has_name("old"));
        assert!(vault.find("old").is_err());
        assert!(vault.take(AccountId::from_random([1; 16])).is_some());
        assert!(vault.is_empty() && !vault.has_name("new"));
    }

    #[test]
    fn a_counter_never_goes_back() {
        let mut vault = Vault::default();
        let mut hotp = entry(1, "bank", "", "");
        hotp.account.kind = Kind::Hotp { counter: 5 };
        let id = hotp.account.id;
        vault.put(hotp);
        vault.advance(id, 7);
        vault.advance(id, 6);
        assert_eq!(
            vault.get(id).unwrap().account.kind,
            Kind::Hotp { counter: 7 }
        );
    }

    #[test]
    fn accounts_are_listed_by_name() {
        let mut vault = Vault::default();
        for (byte, name) in [(1, "b"), (2, "A"), (3, "c")] {
            vault.put(entry(byte, name, "", ""));
        }
        let names: Vec<_> = vault.accounts().iter().map(|a| a.name.clone()).collect();
        assert_eq!(names, ["A", "b", "c"]);
    }
}
