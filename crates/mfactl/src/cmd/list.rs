//! `mfactl list`: all accounts, for a person, for `cut` and for `jq`.

use std::collections::HashMap;

use mfa_core::otp::grouped;
use mfa_ipc::Client;
use mfa_ipc::types::{AccountInfo, IssuedCode, MAX_PEEKED};

use super::get::now;
use super::json::{Accounts, remaining};
use super::{Context, connect};
use crate::args::List;
use crate::error::Error;
use crate::output::{bar, clean, pad, width};

/// An account with its code, if codes are wanted and it has one to show.
type Row = (AccountInfo, Option<IssuedCode>);

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
    table(context, &rows, args.codes)
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

fn table(context: &Context, rows: &[Row], codes: bool) -> Result<(), Error> {
    let output = context.output;
    let columns: Vec<[String; 3]> = rows
        .iter()
        .map(|(account, _)| [&account.name, &account.issuer, &account.username].map(|t| clean(t)))
        .collect();
    let headings = ["NAME", "ISSUER", "USERNAME"];
    let widths: [usize; 3] = std::array::from_fn(|n| {
        columns
            .iter()
            .map(|row| width(&row[n]))
            .chain([headings[n].len()])
            .max()
            .unwrap_or(0)
    });
    let line = |cells: [&str; 3]| [0, 1, 2].map(|n| pad(cells[n], widths[n]));
    let [name, issuer, username] = line(headings);
    let rest = if codes { "   CODE          LEFT" } else { "" };
    let heading = format!("{name}   {issuer}   {username}{rest}");
    output.line(output.dim(heading.trim_end()))?;
    for ((_, code), cells) in rows.iter().zip(&columns) {
        let [name, issuer, username] = line(cells.each_ref().map(String::as_str));
        let name = output.bold(&name);
        let issuer = output.dim(&issuer);
        let code = code.as_ref().map(left).unwrap_or_default();
        output.line(format!("{name}   {issuer}   {username}   {code}").trim_end())?;
    }
    Ok(())
}

/// A code with the time that it is valid for.
fn left(code: &IssuedCode) -> String {
    let left = remaining(code, now()).unwrap_or(0);
    let bar = bar(left, code.valid_until - code.valid_from);
    format!("{}   {bar} {left} s", pad(&grouped(&code.code), 11))
}
