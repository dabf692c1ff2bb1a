//! `mfa-ykman`: stands in for `ykman oath accounts list` and `code`, which scripts and aws-vault call.
//!
//! The arguments, what is printed and the exit codes are those of ykman 5. Instead of a YubiKey, the accounts of the daemon
//! are listed. A single code is one that was never handed out before, since AWS and others accept each only once. A list
//! of codes is only looked at.

mod args;
mod entries;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use mfa_core::Account;
use mfa_ipc::Client;
use mfa_ipc::types::{IssuedCode, MAX_PEEKED};

use crate::error::Error;
use crate::{codes, say};
use args::{Code, Command, List};
use entries::{id, is_counter_based, period, search};

/// What ykman says if there is no such account.
const NO_MATCH: &str = "No matching account found.";
/// What ykman says if there are several.
const MANY: &str = "Error: Multiple matches, make the query more specific.\n";
/// What ykman prints in the place of a code that would be used up.
const COUNTER_BASED: &str = "[HOTP Account]";

/// Runs the program with its arguments, which begin with its own name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match args::parse(arguments) {
        Ok(command) => command,
        Err(error) => return args::end(&error),
    };
    let done = codes::wait(async {
        let client = codes::connect().await?;
        match command {
            Command::List(args) => list(&client, args).await,
            Command::Code(args) => code(&client, args).await,
        }
    });
    done.unwrap_or_else(|error| {
        say(format_args!("ERROR: {error}"));
        ExitCode::FAILURE
    })
}

async fn list(client: &Client, args: List) -> Result<ExitCode, Error> {
    let mut text = String::new();
    for account in entries::shown(client.list_accounts().await?, args.show_hidden) {
        text.push_str(&id(&account));
        if args.oath_type {
            let counter = is_counter_based(&account);
            text.push_str(if counter { ", HOTP" } else { ", TOTP" });
        }
        if args.period {
            text.push_str(&format!(", {}", period(&account)));
        }
        text.push('\n');
    }
    print(&text)
}

async fn code(client: &Client, args: Code) -> Result<ExitCode, Error> {
    let accounts = entries::shown(client.list_accounts().await?, args.show_hidden);
    let hits = search(&accounts, &args.query);
    match &hits[..] {
        [account] => {
            let code = codes::fresh(client, &account.id.to_string()).await?;
            match args.single {
                true => print(&format!("{}\n", *code)),
                false => print(&format!("{}  {}\n", id(account), *code)),
            }
        }
        [] if args.single => {
            say(format_args!("ERROR: {NO_MATCH}"));
            Ok(ExitCode::FAILURE)
        }
        hits if args.single => {
            let ids: Vec<_> = hits.iter().map(|account| id(account)).collect();
            say(format_args!("{MANY}\n{}", ids.join("\n")));
            Ok(ExitCode::FAILURE)
        }
        hits => {
            let codes = peek(client, hits).await?;
            print(&table(hits, &codes))
        }
    }
}

/// Returns the codes of accounts, by id, without using them up.
async fn peek(
    client: &Client,
    accounts: &[&Account],
) -> Result<HashMap<String, IssuedCode>, Error> {
    let ids: Vec<_> = accounts
        .iter()
        .map(|account| account.id.to_string())
        .collect();
    let mut codes = HashMap::new();
    for some in ids.chunks(MAX_PEEKED) {
        let some: Vec<_> = some.iter().map(String::as_str).collect();
        codes.extend(client.peek_codes(&some).await?);
    }
    Ok(codes)
}

/// Returns the lines that ykman prints for several accounts: the names on the left, the codes on the right.
fn table(accounts: &[&Account], codes: &HashMap<String, IssuedCode>) -> String {
    let row = |account: &&Account| {
        let code = codes.get(&account.id.to_string());
        let code = code.map_or_else(String::new, |code| code.code.to_string());
        match is_counter_based(account) {
            true => (id(account), COUNTER_BASED.to_owned()),
            false => (id(account), code),
        }
    };
    let rows: Vec<_> = accounts.iter().map(row).collect();
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let left = longest(&mut rows.iter().map(|row| row.0.chars().count()));
    let right = longest(&mut rows.iter().map(|row| row.1.chars().count()));
    let lines = rows
        .iter()
        .map(|(id, code)| format!("{id:<left$}  {code:>right$}\n"));
    lines.collect()
}

fn print(text: &str) -> Result<ExitCode, Error> {
    let mut output = io::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    match written {
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => Ok(written.map(|()| ExitCode::SUCCESS)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ykman::entries::tests::{account, counter_based};

    #[test]
    fn several_codes_are_a_table() {
        let (one, two) = (
            account("GitHub", "jane", "gh"),
            counter_based("Bank", "j", "b"),
        );
        let three = account("", "", "x");
        let code = IssuedCode {
            code: "012345".to_owned().into(),
            valid_from: 0,
            valid_until: 30,
        };
        let codes = HashMap::from([(one.id.to_string(), code)]);
        let text = table(&[&two, &one, &three], &codes);
        let expected = "Bank:j       [HOTP Account]\n\
                        GitHub:jane          012345\n\
                        x                          \n";
        assert_eq!(text, expected);
        assert_eq!(table(&[], &codes), "");
    }
}
