//! `mfactl list`: all accounts, for a person, for `cut` and for `jq`.

use std::collections::HashMap;

use mfa_ipc::Client;
use mfa_ipc::types::{AccountInfo, IssuedCode, MAX_PEEKED};

use super::get::now;
use super::json::{Accounts, remaining};
use super::table::{self, Row};
use super::{Context, connect};
use crate::args::List;
use crate::error::Error;
use crate::output::clean;

pub(super) async fn run(context: &Context, args: List) -> Result<(), Error> {
    let client = connect().await?;
    let mut accounts = context.ask(&client, Client::list_accounts).await?;
    if let Some(query) = &args.query {
        let ids = context
            .ask(&client, async |client| client.find_accounts(query).await)
            .await?;
        if ids.is_empty() {
            return Err(super::no_match(query, &accounts));
        }
        accounts.retain(|account| ids.contains(&account.id));
        accounts.sort_by_key(|account| ids.iter().position(|id| *id == account.id));
    }
    let mut codes = if args.codes {
        codes(&client, &accounts).await?
    } else {
        HashMap::new()
    };
    let row = |account: AccountInfo| {
        let code = codes.remove(&account.id);
        (account, code)
    };
    let rows: Vec<Row> = accounts.into_iter().map(row).collect();
    if args.json {
        let rows = rows.iter().map(|(account, code)| (account, code.as_ref()));
        return context.output.json(&Accounts::new(rows, now()));
    }
    if args.plain {
        return rows
            .iter()
            .try_for_each(|row| context.output.line(plain_row(row)));
    }
    if rows.is_empty() {
        context
            .output
            .hint("there are no accounts yet. Add one: mfactl add");
        return Ok(());
    }
    let output = context.output;
    let lines = if output.terminal {
        let columns = output.columns().unwrap_or(usize::MAX);
        table::for_people(output, &rows, columns, now())
    } else {
        table::for_programs(&rows, args.codes, now())
    };
    lines.iter().try_for_each(|line| output.line(line))
}

/// The codes of these accounts, by id. They are looked at and not used, in one call.
async fn codes(
    client: &Client,
    accounts: &[AccountInfo],
) -> Result<HashMap<String, IssuedCode>, Error> {
    let ids: Vec<_> = accounts.iter().map(|account| &*account.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    // To name none is to ask for all.
    let ids = if ids.len() > MAX_PEEKED { &[] } else { &*ids };
    Ok(client.peek_codes(ids).await?)
}

fn plain_row((account, code): &Row) -> String {
    let mut fields = vec![
        &account.name,
        &account.issuer,
        &account.username,
        &account.id,
    ]
    .into_iter()
    .map(|field| clean(field))
    .collect::<Vec<_>>();
    if let Some(code) = code {
        fields.push(code.code.to_string());
        fields.push(remaining(code, now()).unwrap_or(0).to_string());
    }
    fields.join("\t")
}
