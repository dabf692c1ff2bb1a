//! The interface `org.mfactl.Authenticator1`: codes, accounts, search and locking. It exists on the
//! session bus and on the private connection.
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `GetCode` | `(s account, a{sv} options) → (s code, t valid_from, t valid_until)` | a code as text, and its validity in Unix seconds, all from one reading of the clock |
//! | `GetCodes` | `(s account, u count, a{sv} options) → a(stt) codes` | several consecutive codes |
//! | `PeekCodes` | `(as accounts, a{sv} options) → a{s(stt)} codes` | the current codes of accounts, by id, only to look at; see “Codes” |
//! | `ListAccounts` | `() → (aa{sv} accounts, t revision)` | all accounts and their revision; see “Accounts” |
//! | `GetAccount` | `(s query, a{sv} options) → a{sv} account` | the one account that matches the query |
//! | `FindAccounts` | `(s query) → as ids` | all accounts that match the query, the best match first |
//! | `CopyCode` | `(s account, a{sv} options)` | the tray copies the code and shows a notification; then the call returns; `NotSupported` without a tray |
//! | `Lock` | `()` | locks the accounts; anybody may do so |
//! | `Unlock` | `()` | opens the accounts; may raise the prompt of the keychain. If the user has locked them, it may ask the user about the program |
//! | `Version` | property `s` | the version of the daemon |
//! | `Locked` | property `b` | whether the accounts are locked; changes are signalled |
//! | `Keychain` | property `s` | the place that holds the accounts, such as `gnome-keyring`; changes are signalled |
//! | `PrivateAddress` | property `s` | the D-Bus address of the private connection |
//! | `AccountsChanged` | signal `(t revision)` | accounts were added, changed or removed; `revision` is that of `ListAccounts` |
//! | `CodeIssued` | signal `(s account_id, s application)` | a code of this account was given out; `application` is the name of the program that got it |
//!
//! # Queries
//!
//! The argument `account` is a query: an id, the serial of a linked device, `issuer:username`, or a
//! name. The daemon looks for an exact match first. Then it ignores case, then it compares the
//! beginning, then any part of the name, issuer or user name. Two matches are an error. With the
//! option `exact b`, `GetAccount` accepts only a whole id, serial, `issuer:username` or name, in
//! any case.
//!
//! # Accounts
//!
//! An account is a dictionary; see [`types::account`](crate::types::account).
//!
//! The revision grows with each change. A client that stays connected subscribes to
//! `AccountsChanged` and lists the accounts once. It lists them again only when the signal has a
//! higher revision than its list. In Rust, [`Client::watch`] does this.
//!
//! # Codes
//!
//! `GetCode` and `GetCodes` take these options:
//!
//! * `next b`: returns the code of the next step, without waiting.
//! * `fresh b`: returns only a code that was never handed out before, and waits for the next step
//!   if necessary.
//! * `min-remaining u`: the number of seconds that the code must still be valid.
//! * `timeout u`: the number of seconds to wait at most; 90 by default, and never more than 300.
//! * `peek b`: returns a code only to look at; see below. It cannot be combined with `fresh`.
//! * `site s`: the name of the host that asks in a browser. Only mfa-browser may say it, and only to `GetCode`.
//!
//! An unknown option is an error. Some libraries give up on a reply after 25 seconds by default. If
//! you use `fresh`, set their timeout higher.
//!
//! Fresh codes go at most 10 steps ahead of the clock, for all callers together. Beyond that, the
//! error is `LimitsExceeded`, and its text says when to ask again. A code that was handed out stays
//! used, even if the clock is set back.
//!
//! A code that is returned by `PeekCodes`, or with `peek`, does not count as handed out: the next
//! request with `fresh` may return the same code, and no `CodeIssued` is sent. Only show such a
//! code; to use a code, request it. `PeekCodes` takes up to 1000 ids, or none for all accounts. It
//! leaves out unknown and counter-based accounts, and those that a rule denies. If the user has to
//! be asked, the question is about the account if there is a single id, and about all accounts
//! otherwise; no answer to the second lasts. With `peek`, a counter-based account is
//! `NotSupported`, because showing one of its codes would use that code.
//!
//! On the session bus, other programs can read the codes in the replies. A program that needs codes connects to the
//! address in `PrivateAddress` instead. The errors for refused requests say so. The replies with codes have no place for
//! such a hint, so mfad writes it to its log, once for each program.
//!
//! A counter-based (HOTP) account returns a new code for each call, with 0 as both times of its
//! validity. The new counter is stored in the keychain before the code is returned.

use std::collections::HashMap;

use mfa_core::Account;
use mfa_core::site::Site;

use crate::Error;
use crate::client::Client;
use crate::dict::{AsDict, Dict, Fields};
use crate::endpoint::AUTHENTICATOR;
use crate::types::{CodeOptions, IssuedCode, QueryOptions};

impl Client {
    /// Calls `GetCode(s account, a{sv} options) → (s code, t valid_from, t valid_until)`.
    ///
    /// * `account`: a query; see “Queries”
    /// * `options`: [`CodeOptions`]
    /// * → `code`: the code, with its leading zeros
    /// * → `valid_from`: the first second at which the code is valid, in Unix time; 0 for a counter-based account
    /// * → `valid_until`: the first second at which it is no longer valid; 0 for a counter-based account
    ///
    /// # Errors
    /// `NotFound`, `Ambiguous`, `Locked`, `AccessDenied`, `ConsentRequired`, `TimedOut`, `LimitsExceeded`,
    /// `NotSupported`, and errors of the keychain.
    pub async fn get_code(&self, account: &str, options: CodeOptions) -> Result<IssuedCode, Error> {
        let code = self
            .call_and_wait(
                AUTHENTICATOR,
                "GetCode",
                &(account, self.with_all(options.to_dict())),
                options.wait(),
            )
            .await?;
        Ok(issued(code))
    }

    /// Calls `GetCode` for a browser, on a site: only mfa-browser may. The daemon asks the user about the browser on this
    /// site, and refuses an account that is used on other sites. An account without a site gets this one.
    ///
    /// # Errors
    /// Those of [`Client::get_code`]; `AccessDenied` also if the account is used on other sites.
    pub async fn get_code_on_site(
        &self,
        account: &str,
        site: &Site,
        options: CodeOptions,
    ) -> Result<IssuedCode, Error> {
        let mut all = self.with_all(options.to_dict());
        all.insert("site".into(), site.as_str().into());
        let body = (account, all);
        let code = self.call_and_wait(AUTHENTICATOR, "GetCode", &body, options.wait());
        Ok(issued(code.await?))
    }

    /// Calls `GetCodes(s account, u count, a{sv} options) → a(stt) codes`.
    ///
    /// * `account`: a query; see “Queries”
    /// * `count`: the number of codes, 1 to 10
    /// * `options`: [`CodeOptions`]
    /// * → `codes`: the codes, each with its validity as `GetCode` returns it
    ///
    /// # Errors
    /// Those of [`Client::get_code`].
    pub async fn get_codes(
        &self,
        account: &str,
        count: u32,
        options: CodeOptions,
    ) -> Result<Vec<IssuedCode>, Error> {
        let codes: Vec<(String, u64, u64)> = self
            .call_and_wait(
                AUTHENTICATOR,
                "GetCodes",
                &(account, count, self.with_all(options.to_dict())),
                options.wait(),
            )
            .await?;
        Ok(codes.into_iter().map(issued).collect())
    }

    /// Calls `PeekCodes(as accounts, a{sv} options) → a{s(stt)} codes`.
    ///
    /// * `accounts`: up to 1000 ids; none for all accounts
    /// * `options`: only those of every method; see “Dictionaries”
    /// * → `codes`: the codes by the id of their account, each with its validity as `GetCode` returns it. Unknown and
    ///   counter-based accounts are left out
    ///
    /// # Errors
    /// `Locked`, `AccessDenied`, `ConsentRequired`, `LimitsExceeded` for too many codes or accounts, and errors of the
    /// keychain.
    pub async fn peek_codes(
        &self,
        accounts: &[&str],
    ) -> Result<HashMap<String, IssuedCode>, Error> {
        let codes: HashMap<String, (String, u64, u64)> = self
            .call(
                AUTHENTICATOR,
                "PeekCodes",
                &(accounts, self.with_all(Fields::new())),
            )
            .await?;
        let codes = codes.into_iter();
        Ok(codes.map(|(id, code)| (id, issued(code))).collect())
    }

    /// Calls `ListAccounts() → (aa{sv} accounts, t revision)`. Returns the accounts.
    ///
    /// * → `accounts`: all accounts; see [`types::account`](crate::types::account)
    /// * → `revision`: a number that grows with each change
    ///
    /// # Errors
    /// `Locked`, and errors of the keychain.
    pub async fn list_accounts(&self) -> Result<Vec<Account>, Error> {
        self.accounts().await.map(|(accounts, _)| accounts)
    }

    /// Returns the accounts and their revision.
    pub(crate) async fn accounts(&self) -> Result<(Vec<Account>, u64), Error> {
        let listed: (Vec<Dict>, u64) = self.call(AUTHENTICATOR, "ListAccounts", &()).await?;
        let accounts = listed.0.into_iter().map(Account::from_dict);
        Ok((accounts.collect::<Result<_, _>>()?, listed.1))
    }

    /// Calls `GetAccount(s query, a{sv} options) → a{sv} account`.
    ///
    /// * `query`: see “Queries”
    /// * `options`: [`QueryOptions`]
    /// * → `account`: the account; see [`types::account`](crate::types::account)
    ///
    /// # Errors
    /// `NotFound`, `Ambiguous`, `Locked`, and errors of the keychain.
    pub async fn get_account(&self, query: &str, exact: bool) -> Result<Account, Error> {
        let options = QueryOptions { exact };
        let body = (query, self.with_all(options.to_dict()));
        Account::from_dict(self.call(AUTHENTICATOR, "GetAccount", &body).await?)
    }

    /// Calls `FindAccounts(s query) → as ids`.
    ///
    /// * `query`: see “Queries”
    /// * → `ids`: the ids of the accounts; none if nothing matches
    ///
    /// # Errors
    /// `Locked`, and errors of the keychain.
    pub async fn find_accounts(&self, query: &str) -> Result<Vec<String>, Error> {
        self.call(AUTHENTICATOR, "FindAccounts", &query).await
    }

    /// Calls `CopyCode(s account, a{sv} options)`.
    ///
    /// * `account`: a query; see “Queries”
    /// * `options`: only those of every method; see “Dictionaries”
    ///
    /// # Errors
    /// `NotSupported` if no tray is running, and those of [`Client::get_code`].
    pub async fn copy_code(&self, account: &str) -> Result<(), Error> {
        self.call(
            AUTHENTICATOR,
            "CopyCode",
            &(account, self.with_all(Fields::new())),
        )
        .await
    }

    /// Calls `Lock()`.
    ///
    /// # Errors
    /// Only errors of the connection.
    pub async fn lock(&self) -> Result<(), Error> {
        self.call(AUTHENTICATOR, "Lock", &()).await
    }

    /// Calls `Unlock()`. If the user has locked the accounts, the user is asked whether this program may unlock them.
    ///
    /// # Errors
    /// `Locked` if a prompt or a question is needed but not allowed, `AccessDenied` if the user refuses, `ConsentRequired`
    /// if nobody can be asked, and errors of the keychain.
    pub async fn unlock(&self) -> Result<(), Error> {
        self.call(AUTHENTICATOR, "Unlock", &()).await
    }
}

fn issued((code, valid_from, valid_until): (String, u64, u64)) -> IssuedCode {
    IssuedCode {
        code: code.into(),
        valid_from,
        valid_until,
    }
}
