//! What is known at the moment: the accounts, and the codes that were wished for. All that is shown is made from it.

use mfa_core::otp::{step_at, step_start};
use mfa_core::query::Index;
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::IssuedCode;

use crate::feed::{Codes, News};
use crate::text::clean;

/// Whether the accounts can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// They can.
    Open,
    /// They are locked.
    Locked,
    /// The keychain or the daemon has a problem, which the text names.
    Failing(String),
    /// There is no connection to the daemon.
    Lost,
}

impl Access {
    /// Returns why there are no accounts and what to do, as sentences.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Open => None,
            Self::Locked => Some("The accounts are locked. To unlock: mfactl unlock".to_owned()),
            Self::Failing(text) => Some(format!(
                "There is a problem: {text}. To check: mfactl doctor"
            )),
            Self::Lost => Some("The connection to the daemon was lost. Trying again…".to_owned()),
        }
    }
}

/// What the daemon has told.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) access: Access,
    pub(crate) accounts: Vec<Account>,
    codes: Codes,
    /// Why the codes that were wished for are not given out.
    pub(crate) refused: Option<String>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            access: Access::Lost,
            accounts: Vec::new(),
            codes: Codes::new(),
            refused: None,
        }
    }
}

impl Board {
    /// Takes news of the daemon.
    pub(crate) fn hear(&mut self, news: News) {
        match news {
            News::Accounts(Ok(accounts)) => {
                self.access = Access::Open;
                self.accounts = accounts;
                self.refused = None;
                let accounts = &self.accounts;
                let is_known =
                    |id: &String| accounts.iter().any(|known| known.id.to_string() == *id);
                self.codes.retain(|id, _| is_known(id));
            }
            News::Accounts(Err(Error::Locked(_))) | News::Locked => self.close(Access::Locked),
            News::Accounts(Err(error)) => self.close(Access::Failing(clean(error.text()))),
            News::Lost => self.close(Access::Lost),
            News::Codes(_) if self.access != Access::Open => {}
            News::Codes(Ok(codes)) => self.codes = codes,
            News::Codes(Err(Error::Locked(_))) => self.close(Access::Locked),
            News::Codes(Err(error)) => {
                self.codes.clear();
                self.refused = Some(clean(error.text()));
            }
        }
    }

    /// Forgets all accounts and codes.
    fn close(&mut self, access: Access) {
        *self = Self {
            access,
            ..Self::default()
        };
    }

    /// Returns the code of an account, if it is known and valid now. After the clock was set back, it is not yet.
    pub(crate) fn code(&self, id: AccountId, now: u64) -> Option<&IssuedCode> {
        let code = self.codes.get(&id.to_string())?;
        (code.valid_from <= now && now < code.valid_until).then_some(code)
    }

    /// Returns the accounts that match a query, the best match first; all if there is no query.
    pub(crate) fn matching(&self, query: Option<&str>) -> Vec<&Account> {
        let Some(query) = query else {
            return self.accounts.iter().collect();
        };
        let find = |id: AccountId| self.accounts.iter().find(|account| account.id == id);
        self.index()
            .search(query)
            .into_iter()
            .filter_map(find)
            .collect()
    }

    /// Returns the one account that a query means.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub(crate) fn meant(&self, query: &str) -> Result<&Account, mfa_core::query::Error> {
        let id = self.index().find(query)?;
        let found = self.accounts.iter().find(|account| account.id == id);
        found.ok_or(mfa_core::query::Error::NotFound)
    }

    fn index(&self) -> Index {
        let mut index = Index::default();
        for account in &self.accounts {
            index.insert(account);
        }
        index
    }
}

/// Returns when the code of an account has changed last, in Unix seconds. `None` if it changes with each use.
pub(crate) fn changed_at(account: &Account, now: u64) -> Option<u64> {
    let period = account.kind.period()?;
    Some(step_start(period, step_at(period, now)))
}

/// Returns when the code of an account changes next, in Unix seconds. `None` if it changes with each use.
pub(crate) fn changes_at(account: &Account, now: u64) -> Option<u64> {
    let period = account.kind.period()?;
    Some(step_start(period, step_at(period, now) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, accounts, codes, open};

    #[test]
    fn a_lock_takes_all_accounts_and_codes_away() {
        let all = accounts();
        let aws = all[0].clone();
        for news in [
            News::Locked,
            News::Lost,
            News::Accounts(Err(Error::Locked("locked".into()))),
            News::Codes(Err(Error::Locked("locked".into()))),
        ] {
            let mut board = open(all.clone());
            board.hear(News::Codes(Ok(codes([(&aws, "123456", NOW)]))));
            assert!(board.code(aws.id, NOW).is_some());
            board.hear(news);
            assert!(board.accounts.is_empty() && board.codes.is_empty());
            board.hear(News::Codes(Ok(codes([(&aws, "123456", NOW)]))));
            assert!(board.code(aws.id, NOW).is_none(), "it was on its way");
        }
    }

    #[test]
    fn a_code_is_shown_no_longer_than_it_is_valid() {
        let all = accounts();
        let mut board = open(all.clone());
        board.hear(News::Codes(Ok(codes([(&all[0], "123456", NOW)]))));
        assert!(board.code(all[0].id, NOW + 29).is_some());
        assert!(board.code(all[0].id, NOW + 30).is_none());
        assert_eq!(changes_at(&all[0], NOW), Some(NOW + 30));
        assert_eq!(changed_at(&all[0], NOW + 29), Some(NOW));
    }

    #[test]
    fn a_clock_that_is_set_shows_no_code_of_another_time() {
        let all = accounts();
        let mut board = open(all.clone());
        board.hear(News::Codes(Ok(codes([(&all[0], "123456", NOW)]))));
        for other in [NOW - 3600, NOW - 1, NOW + 3600] {
            assert!(board.code(all[0].id, other).is_none(), "{other}");
        }
        assert!(board.code(all[0].id, NOW).is_some(), "it was set again");
    }

    #[test]
    fn a_refusal_is_kept_until_the_accounts_are_told_again() {
        let mut board = open(accounts());
        board.hear(News::Codes(Err(Error::AccessDenied("no\x1b".into()))));
        assert_eq!(board.refused.as_deref(), Some("no\u{fffd}"));
        board.hear(News::Accounts(Ok(accounts())));
        assert_eq!(board.refused, None);
    }
}
