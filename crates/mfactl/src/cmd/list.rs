//! `mfactl list`: all accounts, for a person, for `cut` and for `jq`.

use std::collections::HashMap;

use clap::Args as Arguments;
use mfa_core::Account;
use mfa_ipc::Client;
use mfa_ipc::types::{IssuedCode, MAX_PEEKED};
use serde::Serialize;

use super::context::{Context, connect, no_match};
use super::table::{self, Row};
use super::validity::{WithCode, now, remaining};
use crate::error::Error;
use crate::text::clean;

/// The arguments of `list`.
#[derive(Debug, Arguments)]
pub(crate) struct List {
    /// List only the accounts that match this query
    pub(super) query: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Also show the current codes
    #[arg(long)]
    pub(super) codes: bool,
}

pub(super) async fn run(context: &Context, args: List) -> Result<(), Error> {
    let client = connect().await?;
    let mut accounts = context.ask(&client, Client::list_accounts).await?;
    if let Some(query) = &args.query {
        let ids = context
            .ask(&client, async |client| client.find_accounts(query).await)
            .await?;
        if ids.is_empty() {
            return Err(no_match(query, &accounts));
        }
        accounts.retain(|account| ids.contains(&account.id.to_string()));
        accounts
            .sort_by_cached_key(|account| ids.iter().position(|id| *id == account.id.to_string()));
    }
    let mut codes = if args.codes {
        codes(context, &client, &accounts).await?
    } else {
        HashMap::new()
    };
    let row = |account: Account| {
        let code = codes.remove(&account.id.to_string());
        (account, code)
    };
    let rows: Vec<Row> = accounts.into_iter().map(row).collect();
    if args.json {
        let rows = rows.iter().map(|(account, code)| (account, code.as_ref()));
        return context.output.json(&Accounts::new(rows, now()));
    }
    if context.output.plain() {
        return rows
            .iter()
            .try_for_each(|row| context.output.line(plain_row(row)));
    }
    if rows.is_empty() {
        context
            .output
            .hint("no accounts yet. To add one: mfactl add");
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

/// Returns the codes of the accounts, by id. One call only looks at them and does not use them up.
async fn codes(
    context: &Context,
    client: &Client,
    accounts: &[Account],
) -> Result<HashMap<String, IssuedCode>, Error> {
    let ids: Vec<_> = accounts
        .iter()
        .map(|account| account.id.to_string())
        .collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    // A list without ids asks for all accounts.
    let ids = if ids.len() > MAX_PEEKED { &[] } else { &*ids };
    context
        .ask(client, async |client| client.peek_codes(ids).await)
        .await
}

fn plain_row((account, code): &Row) -> String {
    let mut fields = vec![
        &account.name,
        &account.issuer,
        &account.username,
        &account.id.to_string(),
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

/// `mfactl list --json`
#[derive(Serialize)]
struct Accounts<'a> {
    accounts: Vec<WithCode<'a>>,
}

impl<'a> Accounts<'a> {
    fn new(rows: impl Iterator<Item = (&'a Account, Option<&'a IssuedCode>)>, now: u64) -> Self {
        let accounts = rows.map(|(account, code)| WithCode::new(account, code, now));
        Self {
            accounts: accounts.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;
    use mfa_core::account::Kind;

    use super::*;

    fn row(code: Option<&str>) -> Row {
        let account = Account {
            name: "aws".into(),
            issuer: "Amazon\tWeb\nServices".into(),
            username: "root".into(),
            ..Account::new(AccountId::from_random([1; 16]), Kind::Unknown, 0)
        };
        let code = code.map(|code| IssuedCode {
            code: code.to_owned().into(),
            valid_from: 0,
            valid_until: 0,
        });
        (account, code)
    }

    #[test]
    fn a_plain_row_has_as_many_fields_whatever_the_texts_are() {
        let without = plain_row(&row(None));
        assert_eq!(without.split('\t').count(), 4, "{without}");
        assert!(!without.contains('\n'));
        let with = plain_row(&row(Some("123456")));
        let fields: Vec<_> = with.split('\t').collect();
        assert_eq!(fields[4..], ["123456", "0"]);
    }

    #[test]
    fn json_has_a_code_only_where_one_was_asked_for() {
        let (without, with) = (row(None), row(Some("123456")));
        let rows = [&without, &with].map(|(account, code)| (account, code.as_ref()));
        let json = serde_json::to_value(Accounts::new(rows.into_iter(), 0)).unwrap();
        let accounts = &json["accounts"];
        assert_eq!(accounts[0].get("code"), None);
        assert_eq!(accounts[1]["code"], "123456");
        assert_eq!(accounts[1]["name"], "aws");
    }
}
