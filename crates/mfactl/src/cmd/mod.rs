//! The commands, one file each.

mod add;
mod copy;
pub(crate) mod doctor;
mod edit;
mod get;
mod import;
mod intake;
pub(crate) mod json;
mod list;
mod lock;
mod man;
mod pair;
mod plan;
mod rm;
mod scan;
mod series;
mod show;
mod status;
mod strength;
mod table;
mod vault;

use mfa_core::query::{self, Index};
use mfa_core::{Account, AccountId};
use mfa_ipc::types::AccountInfo;
use mfa_ipc::{Client, launcher};

use crate::args::{Args, Command};
use crate::error::{Error, Kind};
use crate::output::{Output, clean};
use crate::{platform, prompt};

/// How many names an error suggests.
const MAX_SUGGESTIONS: usize = 3;

/// Runs a command.
pub(crate) async fn run(args: Args, output: &Output) -> Result<(), Error> {
    let context = Context {
        output: *output,
        may_ask: !args.no_input && prompt::possible(),
        may_prompt: !args.no_input && platform::has_screen(),
    };
    match args.command {
        Command::Get(args) => get::run(&context, args).await,
        Command::Pair(args) => pair::run(&context, args).await,
        Command::List(args) => list::run(&context, args).await,
        Command::Add(args) => add::run(&context, args).await,
        Command::Import(args) => import::run(&context, args).await,
        Command::Show(args) => show::run(&context, args).await,
        Command::Edit(args) => edit::run(&context, args).await,
        Command::Rm(args) => rm::run(&context, args).await,
        Command::Lock => lock::lock(&context).await,
        Command::Unlock(args) => lock::unlock(&context, args).await,
        Command::Status(args) => status::run(&context, args).await,
        Command::Vault(args) => vault::run(&context, args).await,
        Command::Completions { shell } => man::completions(&context, shell),
        Command::Doctor(args) => doctor::run(&context, args).await,
        Command::Man { output } => man::run(&context, output.as_deref()),
    }
}

/// What all commands need.
pub(crate) struct Context {
    output: Output,
    /// Whether there is a person who may be asked.
    may_ask: bool,
    /// Whether there is a desktop on which the keychain may ask, be there a terminal or not.
    may_prompt: bool,
}

impl Context {
    /// Asks the daemon. If it is locked and there is a person, has them unlock it, and asks again
    /// with a prompt allowed.
    async fn ask<T>(
        &self,
        client: &Client,
        call: impl AsyncFn(&Client) -> Result<T, mfa_ipc::Error>,
    ) -> Result<T, Error> {
        match call(client).await {
            Err(locked @ mfa_ipc::Error::Locked(_)) if self.may_ask => {
                lock::by_the_user(self, client, locked).await?;
                Ok(call(&client.interactive(true)).await?)
            }
            other => Ok(other?),
        }
    }

    /// The one account that a query means.
    async fn account(&self, client: &Client, query: &str) -> Result<AccountInfo, Error> {
        self.search(client, query, Index::find).await
    }

    /// The one account whose id, serial, issuer:username or name is the query as a whole.
    async fn whole(&self, client: &Client, query: &str) -> Result<AccountInfo, Error> {
        self.search(client, query, Index::find_whole).await
    }

    async fn search(
        &self,
        client: &Client,
        query: &str,
        find: fn(&Index, &str) -> Result<AccountId, query::Error>,
    ) -> Result<AccountInfo, Error> {
        let mut accounts = self.ask(client, Client::list_accounts).await?;
        let mut index = Index::default();
        for account in &accounts {
            index.insert(&Account::try_from(account)?);
        }
        let found = match find(&index, query) {
            Ok(id) => id.to_string(),
            Err(query::Error::NotFound) => return Err(no_match(query, &accounts)),
            Err(query::Error::Ambiguous(ids)) => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                let labels = accounts.iter().filter(|a| ids.contains(&a.id)).map(label);
                return Err(ambiguous(query, &labels.collect::<Vec<_>>().join(", ")));
            }
        };
        let at = accounts.iter().position(|account| account.id == found);
        let at = at.ok_or_else(|| no_match(query, &accounts))?;
        Ok(accounts.swap_remove(at))
    }

    /// Replaces the daemon's answer to a query by one that names the query and what is near.
    async fn explain(&self, client: &Client, query: &str, error: Error) -> Error {
        match error.kind {
            Kind::NoMatch => match client.list_accounts().await {
                Ok(accounts) => no_match(query, &accounts),
                Err(_) => error,
            },
            Kind::Ambiguous => match self.account(client, query).await {
                Err(better) => better,
                Ok(_) => error,
            },
            _ => error,
        }
    }
}

fn label(account: &AccountInfo) -> String {
    clean(&Account::try_from(account).map_or_else(|_| account.name.clone(), |a| a.label()))
}

fn no_match(query: &str, accounts: &[AccountInfo]) -> Error {
    let query = clean(query);
    if accounts.is_empty() {
        return Error::new(Kind::NoMatch, "there are no accounts yet").hint("Add one: mfactl add");
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
        format!(" Closest: {}.", names.join(", "))
    };
    let message = format!("no account matches “{query}”.{closest} All: mfactl list");
    Error::new(Kind::NoMatch, message)
}

fn ambiguous(query: &str, labels: &str) -> Error {
    let message = format!(
        "“{}” matches several accounts: {labels}. Say more, or use the id from mfactl list --json",
        clean(query)
    );
    Error::new(Kind::Ambiguous, message)
}

async fn connect() -> Result<Client, Error> {
    Ok(launcher::connect().await?)
}
