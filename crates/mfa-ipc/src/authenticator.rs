//! `org.mfactl.Authenticator1`: codes, names, search, lock. On the session bus and on the private
//! connection.

use std::collections::HashMap;

use crate::Error;
use crate::client::Client;
use crate::dict::Dict;
use crate::endpoint::AUTHENTICATOR;
use crate::types::{AccountInfo, CodeOptions, IssuedCode};

impl Client {
    /// `GetCode(s account, a{sv} options) → (s code, t valid_from, t valid_until)`
    ///
    /// # Errors
    /// `NotFound`, `Ambiguous`, `Locked`, `AccessDenied`, `TimedOut`, `LimitsExceeded`,
    /// `NotSupported` and those of the keychain.
    pub async fn get_code(&self, account: &str, options: CodeOptions) -> Result<IssuedCode, Error> {
        let code = self
            .call_and_wait(
                AUTHENTICATOR,
                "GetCode",
                &(account, options.to_dict()),
                options.wait(),
            )
            .await?;
        Ok(issued(code))
    }

    /// `GetCodes(s account, u count, a{sv} options) → a(stt)`
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
                &(account, count, options.to_dict()),
                options.wait(),
            )
            .await?;
        Ok(codes.into_iter().map(issued).collect())
    }

    /// `PeekCodes(as accounts) → a{s(stt)}`: the codes of accounts, by id, only to look at; of all that
    /// have one if none is named.
    ///
    /// # Errors
    /// `Locked`, `AccessDenied`, `LimitsExceeded` for more than [`MAX_PEEKED`] accounts, and those of
    /// the keychain. An id that is unknown or of a counter-based account is left out.
    ///
    /// [`MAX_PEEKED`]: crate::types::MAX_PEEKED
    pub async fn peek_codes(
        &self,
        accounts: &[&str],
    ) -> Result<HashMap<String, IssuedCode>, Error> {
        let codes: HashMap<String, (String, u64, u64)> =
            self.call(AUTHENTICATOR, "PeekCodes", &accounts).await?;
        let codes = codes.into_iter();
        Ok(codes.map(|(id, code)| (id, issued(code))).collect())
    }

    /// `ListAccounts() → aa{sv}`
    ///
    /// # Errors
    /// `Locked` and those of the keychain.
    pub async fn list_accounts(&self) -> Result<Vec<AccountInfo>, Error> {
        let accounts: Vec<Dict> = self.call(AUTHENTICATOR, "ListAccounts", &()).await?;
        accounts.into_iter().map(AccountInfo::from_dict).collect()
    }

    /// `FindAccounts(s query) → as`
    ///
    /// # Errors
    /// `Locked` and those of the keychain. No match is an empty list.
    pub async fn find_accounts(&self, query: &str) -> Result<Vec<String>, Error> {
        self.call(AUTHENTICATOR, "FindAccounts", &query).await
    }

    /// `CopyCode(s account)`
    ///
    /// # Errors
    /// `NotSupported` if no tray is running, and those of [`Client::get_code`].
    pub async fn copy_code(&self, account: &str) -> Result<(), Error> {
        self.call(AUTHENTICATOR, "CopyCode", &account).await
    }

    /// `Lock()`
    ///
    /// # Errors
    /// None of its own.
    pub async fn lock(&self) -> Result<(), Error> {
        self.call(AUTHENTICATOR, "Lock", &()).await
    }

    /// `Unlock()`
    ///
    /// # Errors
    /// `Locked` if a prompt is needed and not allowed, and those of the keychain.
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
