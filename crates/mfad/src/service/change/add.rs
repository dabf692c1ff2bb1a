//! Adding an account.

use mfa_core::item::Entry;
use mfa_core::{Account, AccountChange};
use mfa_ipc::Error;
use mfa_ipc::types::AddOptions;

use super::{Change, Job};
use crate::service::{Service, accounts, errors};

/// A change that adds an account. The answer is the account as stored.
pub(crate) struct Add {
    pub(crate) account: AccountChange,
    pub(crate) options: AddOptions,
}

impl Change for Add {
    type Answer = Account;
    type Ready = Entry;

    fn prepare(self, service: &mut Service) -> Result<(Job, Entry), Error> {
        let Self { account, options } = self;
        let unlocked = &service.accounts.unlocked;
        let entry = account.create(accounts::new_id()?, service.now()?, unlocked);
        let entry = entry.map_err(errors::change)?;
        unlocked.admits(&entry.account).map_err(errors::clash)?;
        let twins = unlocked.entries();
        let twins = twins.filter(|other| other.secret.same_as(&entry.secret));
        // If there are several, the most similar one is named.
        let twin = twins.min_by_key(|other| {
            let (one, other) = (&entry.account, &other.account);
            let alike = (&one.issuer, &one.username) == (&other.issuer, &other.username);
            (!alike, &other.name)
        });
        if let Some(twin) = twin
            && !options.duplicate
        {
            return Err(errors::known_secret(&twin.account));
        }
        let text = entry.to_text().map_err(errors::item)?;
        Ok((service.put(entry.account.id, None, text), entry))
    }

    fn done(entry: Entry, service: &mut Service) -> Result<Account, Error> {
        let account = entry.account.clone();
        service.accounts.keep(entry);
        service.accounts_changed();
        Ok(account)
    }

    fn done_while_locked(entry: Entry) -> Result<Account, Error> {
        Ok(entry.account)
    }
}
