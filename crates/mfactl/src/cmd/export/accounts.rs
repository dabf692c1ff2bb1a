//! The accounts of an export: first without their secrets, and once the user has agreed, with them.

use mfa_core::Account;
use mfa_helper::export::Item;
use mfa_ipc::Client;
use mfa_ipc::types::{ExportOptions, Exported};
use zeroize::Zeroizing;

use crate::cmd::context::Context;
use crate::error::{Error, Kind};

/// Returns the accounts to export, without their secrets.
pub(super) async fn chosen(
    context: &Context,
    client: &Client,
    queries: &[String],
) -> Result<Vec<Account>, Error> {
    let mut chosen: Vec<Account> = Vec::new();
    for query in queries {
        let account = context.account(client, query).await?;
        if chosen.iter().all(|other| other.id != account.id) {
            chosen.push(account);
        }
    }
    if queries.is_empty() {
        chosen = context.ask(client, Client::list_accounts).await?;
    }
    if chosen.is_empty() {
        return Err(Error::new(Kind::NoMatch, "there are no accounts to export"));
    }
    Ok(chosen)
}

/// An account and its link.
pub(super) type Secret = (Account, Zeroizing<String>);

/// Asks the daemon for the links: for all, or only for those that were asked for, but always in one request. Each would
/// count for the limit of codes.
pub(super) async fn secrets(
    context: &Context,
    client: &Client,
    chosen: Vec<Account>,
    all: bool,
) -> Result<Vec<Secret>, Error> {
    let ids = (!all).then(|| {
        let ids = chosen.iter().map(|account| account.id.to_string());
        ids.collect()
    });
    let options = ExportOptions { ids };
    let export = async |client: &Client| client.export(&options).await;
    let mut exported = context.ask(client, export).await?;
    let is_chosen = |id| chosen.iter().any(|account| account.id == id);
    if exported.len() != chosen.len() || !exported.iter().all(|one| is_chosen(one.account.id)) {
        return Err(changed());
    }
    // In the order in which the user has seen them.
    exported.sort_by_cached_key(|exported| {
        let is_it = |account: &Account| account.id == exported.account.id;
        chosen.iter().position(is_it).unwrap_or(usize::MAX)
    });
    let secret = |exported: Exported| (exported.account, exported.uri);
    Ok(exported.into_iter().map(secret).collect())
}

pub(super) fn without_secret(account: &Account) -> Item<&Account> {
    let link = None;
    Item { account, link }
}

pub(super) fn with_secret((account, link): &Secret) -> Item<&Account> {
    Item {
        account,
        link: Some(link.clone()),
    }
}

/// Returns the error if the accounts are not those that the user has agreed to.
pub(super) fn changed() -> Error {
    let text = "the accounts have changed in the meantime, so nothing was exported";
    Error::new(Kind::Other, text).hint("Try again.")
}
