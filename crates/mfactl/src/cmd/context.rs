//! The parts that all commands share: asking the daemon, finding the account that a query means, and explaining
//! why none was found.

use mfa_core::Account;
use mfa_ipc::{Client, launcher};

use crate::error::{Error, Kind};
use crate::output::Output;
use crate::prompt;
use crate::text::clean;

/// The number of names that an error suggests.
const MAX_SUGGESTIONS: usize = 3;
/// The number of accounts that the daemon names at most if a query matches several. There may be more of them.
const MAX_CANDIDATES: usize = 5;
/// The question for the passphrase of a vault file.
pub(super) const PASSPHRASE: &str = "Passphrase of the vault file (not shown)";

/// The data that all commands need.
pub(super) struct Context {
    pub(super) output: Output,
    /// Whether there is a person who may be asked.
    pub(super) may_ask: bool,
    /// Whether there is a desktop on which the keychain may ask, with or without a terminal.
    pub(super) may_prompt: bool,
    /// Whether the daemon may ask the user to allow a request.
    pub(super) may_be_asked_about: bool,
}

impl Context {
    /// Asks the daemon. If the accounts are locked and there is a person, has the person unlock them, and asks
    /// again with a prompt allowed.
    pub(super) async fn ask<T>(
        &self,
        client: &Client,
        call: impl AsyncFn(&Client) -> Result<T, mfa_ipc::Error>,
    ) -> Result<T, Error> {
        let client = &client.asking(self.may_be_asked_about);
        match call(client).await {
            Err(locked @ mfa_ipc::Error::Locked(_)) if self.may_ask => {
                self.unlock(client, locked).await?;
                Ok(call(&client.interactive(true)).await?)
            }
            other => Ok(other?),
        }
    }

    /// Has the user unlock what a request needs: a vault file here, an OS keychain by its own prompt.
    ///
    /// Accounts that the user locked, or left idle, stay locked until `mfactl unlock`. What the screen locked opens with
    /// the screen.
    async fn unlock(&self, client: &Client, locked: mfa_ipc::Error) -> Result<(), Error> {
        let status = client.status().await?;
        if status.is_locked_with_session() {
            return Err(locked.into());
        }
        if status.vault_file {
            client
                .unlock_vault(&prompt::passphrase(None, PASSPHRASE, false)?)
                .await?;
        } else if status.locked_by_user {
            return Err(locked.into());
        } else {
            self.announce();
        }
        Ok(())
    }

    /// Tells the user that a prompt is open.
    pub(super) fn announce(&self) {
        self.output
            .hint("the keychain is locked; waiting up to 60 s for you to unlock it…");
    }

    /// Returns the one account that a query means.
    pub(super) async fn account(&self, client: &Client, query: &str) -> Result<Account, Error> {
        self.get(client, query, false).await
    }

    /// Returns the one account whose id, serial, issuer:username or name is the whole query.
    pub(super) async fn whole(&self, client: &Client, query: &str) -> Result<Account, Error> {
        self.get(client, query, true).await
    }

    async fn get(&self, client: &Client, query: &str, exact: bool) -> Result<Account, Error> {
        let asked = self.ask(client, async |client| {
            client.get_account(query, exact).await
        });
        match asked.await {
            Ok(account) => Ok(account),
            Err(error) => Err(self.explain(client, query, error).await),
        }
    }

    /// Replaces the daemon's answer to a query by one that names the query and similar accounts.
    pub(super) async fn explain(&self, client: &Client, query: &str, error: Error) -> Error {
        match error.kind {
            Kind::NoMatch => match client.list_accounts().await {
                Ok(accounts) => no_match(query, &accounts),
                Err(_) => error,
            },
            Kind::Ambiguous => ambiguous(query, error.candidates()),
            _ => error,
        }
    }
}

pub(super) fn label(account: &Account) -> String {
    clean(&account.label())
}

pub(super) fn no_match(query: &str, accounts: &[Account]) -> Error {
    let query = clean(query);
    if accounts.is_empty() {
        return Error::new(Kind::NoMatch, "no accounts yet").hint("To add one: mfactl add");
    }
    let mut near: Vec<_> = accounts
        .iter()
        .map(|account| {
            (
                strsim::jaro_winkler(&query, &account.name),
                clean(&account.name),
            )
        })
        .filter(|(likeness, _)| *likeness > 0.6)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.truncate(MAX_SUGGESTIONS);
    let names: Vec<_> = near.into_iter().map(|(_, name)| name).collect();
    let closest = if names.is_empty() {
        String::new()
    } else {
        format!(" Closest names: {}.", names.join(", "))
    };
    let message =
        format!("no account matches “{query}”.{closest} To list all accounts: mfactl list");
    Error::new(Kind::NoMatch, message)
}

fn ambiguous(query: &str, labels: &[String]) -> Error {
    let which = match labels {
        [] => String::new(),
        labels if labels.len() < MAX_CANDIDATES => format!(": {}", labels.join(", ")),
        labels => format!(", such as {}", labels.join(", ")),
    };
    let message = format!(
        "“{}” matches several accounts{which}. Be more specific, or use an id from mfactl list --json",
        clean(query)
    );
    Error::new(Kind::Ambiguous, message)
}

pub(super) async fn connect() -> Result<Client, Error> {
    Ok(launcher::connect().await?)
}

#[cfg(test)]
impl Context {
    /// Returns the context of a terminal, with or without somebody to ask there, and with no desktop.
    pub(super) const fn at_terminal(may_ask: bool) -> Self {
        Self {
            output: Output::TERMINAL,
            may_ask,
            may_prompt: false,
            may_be_asked_about: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;
    use mfa_core::account::Kind as Codes;

    use super::*;

    fn account(name: &str) -> Account {
        let id = AccountId::from_random([1; 16]);
        let name = name.to_owned();
        Account {
            name,
            ..Account::new(id, Codes::Unknown, 0)
        }
    }

    #[test]
    fn a_query_that_matches_nothing_names_the_closest_accounts() {
        let accounts = ["github", "gitlab", "gitea", "git", "slack"].map(account);
        let error = no_match("githb", &accounts);
        assert_eq!(error.kind, Kind::NoMatch);
        assert_eq!(
            error.message(),
            "no account matches “githb”. Closest names: github, git, gitlab. To list all accounts: mfactl list"
        );
        let error = no_match("zzzz", &accounts);
        assert_eq!(
            error.message(),
            "no account matches “zzzz”. To list all accounts: mfactl list"
        );
    }

    #[test]
    fn an_empty_list_says_how_to_add() {
        let error = no_match("aws", &[]).to_string();
        assert_eq!(error, "no accounts yet\n  To add one: mfactl add");
    }

    #[test]
    fn names_and_queries_cannot_control_the_terminal() {
        let error = no_match("a\x1b[2J", &[account("a\x1b[2K")]).to_string();
        assert!(!error.contains('\x1b'), "{error:?}");
        let answer = mfa_ipc::Error::Ambiguous(
            "one".into(),
            vec![
                ("id".into(), "o\x1b[2Kne".into()),
                ("id".into(), "two".into()),
            ],
        );
        let answer = Error::from(answer);
        let error = ambiguous("a\x1b[2J", answer.candidates()).to_string();
        assert!(!error.contains('\x1b'), "{error:?}");
    }

    #[test]
    fn the_accounts_that_a_query_means_are_named() {
        let said = |count: usize| {
            let labels: Vec<_> = (1..=count).map(|number| number.to_string()).collect();
            let error = ambiguous("git", &labels);
            assert_eq!(error.kind, Kind::Ambiguous);
            let text = error.message().to_owned();
            text.split_once(". Be more specific").unwrap().0.to_owned()
        };
        assert_eq!(said(2), "“git” matches several accounts: 1, 2");
        assert_eq!(
            said(5),
            "“git” matches several accounts, such as 1, 2, 3, 4, 5"
        );
        assert_eq!(said(0), "“git” matches several accounts");
    }
}
