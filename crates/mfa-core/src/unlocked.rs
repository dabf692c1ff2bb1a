//! The unlocked accounts, and the rules among them.
//!
//! They are plain state: filled from the keychain, and dropped on locking, which wipes the secrets.
//! They do not depend on the keychain.

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use crate::account::{Account, AccountId, Kind};
use crate::item::Entry;
use crate::otp::{self, Code};
use crate::query::{self, Index};

/// The account that prevents another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash<'v> {
    /// It has the same name, regardless of case.
    Name(&'v Account),
    /// It has the same serial.
    Serial(&'v Account),
}

/// A reason why an account cannot be changed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The account does not exist.
    #[error("the account does not exist")]
    NoSuchAccount,
    /// The kind of code is unknown.
    #[error("codes of this type require a newer version of mfactl")]
    UnknownKind,
}

/// All known accounts, with their secrets.
#[derive(Debug, Default)]
pub struct Unlocked {
    entries: HashMap<AccountId, Entry>,
    index: Index,
    names: HashMap<String, AccountId>,
    /// The ids by serial. Several accounts can have the same serial if another program edits the
    /// items.
    serials: HashMap<String, BTreeSet<AccountId>>,
}

impl Unlocked {
    /// Returns the number of accounts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no accounts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an account, or replaces the one with the same id.
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

    /// Replaces the fields of an account; its secret stays.
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

    /// Removes an account and returns it.
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

    /// Returns an account and its secret.
    #[must_use]
    pub fn get(&self, id: AccountId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Returns all accounts, sorted by name.
    #[must_use]
    pub fn accounts(&self) -> Vec<&Account> {
        let mut accounts: Vec<_> = self.entries.values().map(|entry| &entry.account).collect();
        accounts.sort_by_cached_key(|account| (account.name.to_lowercase(), account.id));
        accounts
    }

    /// Returns all accounts with their secrets, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Returns whether a name is taken, regardless of case.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    /// Returns the account with this name, regardless of case.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Entry> {
        self.get(*self.names.get(&name.to_lowercase())?)
    }

    /// Returns whether an account has this serial.
    #[must_use]
    pub fn has_serial(&self, serial: &str) -> bool {
        self.serials.contains_key(serial)
    }

    /// Checks that the name and the serial of `account` are free or its own.
    ///
    /// # Errors
    /// The [`Clash`]; names are checked first.
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

    /// Returns the searchable texts of the accounts.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Finds the one account that matches a query; see [`crate::query`].
    ///
    /// # Errors
    /// Those of [`Index::find`].
    pub fn find(&self, query: &str) -> Result<AccountId, query::Error> {
        self.index.find(query)
    }

    /// Returns the code of an account for a step (TOTP, Steam) or a counter (HOTP).
    ///
    /// # Errors
    /// [`Error::NoSuchAccount`] and [`Error::UnknownKind`].
    pub fn code(&self, id: AccountId, factor: u64) -> Result<Code, Error> {
        let Entry { account, secret } = self.get(id).ok_or(Error::NoSuchAccount)?;
        let code = otp::generate(
            secret,
            account.kind,
            account.algorithm,
            account.digits,
            factor,
        );
        code.ok_or(Error::UnknownKind)
    }

    /// Advances the counter of an HOTP account, once the new value is in the keychain.
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
        let mut unlocked = Unlocked::default();
        let mut first = entry(1, "aws", "", "");
        first.account.serial = "arn:1".into();
        let aws = first.account.clone();
        unlocked.put(first);
        assert_eq!(
            unlocked.admits(&entry(2, "AWS", "", "").account),
            Err(Clash::Name(&aws))
        );
        let mut second = entry(2, "other", "", "").account;
        assert_eq!(unlocked.admits(&second), Ok(()));
        second.serial = "arn:1".into();
        assert_eq!(unlocked.admits(&second), Err(Clash::Serial(&aws)));
        assert_eq!(
            unlocked.admits(&entry(1, "Aws", "", "").account),
            Ok(()),
            "its own name"
        );
    }

    #[test]
    fn replacing_frees_the_old_name() {
        let mut unlocked = Unlocked::default();
        unlocked.put(entry(1, "old", "", ""));
        unlocked.put(entry(1, "new", "", ""));
        assert_eq!(unlocked.len(), 1);
        assert!(unlocked.has_name("NEW") && !unlocked.has_name("old"));
        assert!(unlocked.find("old").is_err());
        assert!(unlocked.take(AccountId::from_random([1; 16])).is_some());
        assert!(unlocked.is_empty() && !unlocked.has_name("new"));
    }

    #[test]
    fn a_counter_never_goes_back() {
        let mut unlocked = Unlocked::default();
        let mut hotp = entry(1, "bank", "", "");
        hotp.account.kind = Kind::Hotp { counter: 5 };
        let id = hotp.account.id;
        unlocked.put(hotp);
        unlocked.advance(id, 7);
        unlocked.advance(id, 6);
        assert_eq!(
            unlocked.get(id).unwrap().account.kind,
            Kind::Hotp { counter: 7 }
        );
    }

    #[test]
    fn accounts_are_listed_by_name() {
        let mut unlocked = Unlocked::default();
        for (byte, name) in [(1, "b"), (2, "A"), (3, "c")] {
            unlocked.put(entry(byte, name, "", ""));
        }
        let names: Vec<_> = unlocked.accounts().iter().map(|a| a.name.clone()).collect();
        assert_eq!(names, ["A", "b", "c"]);
    }
}
