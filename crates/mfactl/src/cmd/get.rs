//! `mfactl get`: the hot path.

use std::time::Duration;

use mfa_ipc::Client;
use mfa_ipc::types::{CodeOptions, IssuedCode};

use super::json::{Got, remaining};
use super::{Context, connect, copy};
use crate::args::Get;
use crate::error::Error;

/// After this long without an answer we say that we wait.
const PATIENCE: Duration = Duration::from_millis(300);
/// Below so many seconds of validity we say so.
const SHORT: u64 = 5;

pub(super) async fn run(context: &Context, args: Get) -> Result<(), Error> {
    let client = connect().await?;
    if args.json {
        return print_json(context, &client, &args).await;
    }
    let query = if args.exact {
        context.whole(&client, &args.query).await?.id
    } else {
        args.query.clone()
    };
    if args.copy {
        return copy::run(context, &client, &query, &args).await;
    }
    let code = match code(context, &client, &query, options(&args)).await {
        Ok(code) => code,
        Err(error) => return Err(context.explain(&client, &query, error).await),
    };
    let end = if args.no_newline { "" } else { "\n" };
    context.output.text(format_args!("{}{end}", *code.code))?;
    if let Some(left @ ..=SHORT) = remaining(&code, now())
        && !args.next
    {
        context.output.hint(format_args!(
            "valid for {left} s; --min-ttl {} waits",
            SHORT * 2
        ));
    }
    Ok(())
}

/// Finds the account first: a code that is spent must not be lost to a name that changes.
async fn print_json(context: &Context, client: &Client, args: &Get) -> Result<(), Error> {
    let account = if args.exact {
        context.whole(client, &args.query).await?
    } else {
        context.account(client, &args.query).await?
    };
    let code = code(context, client, &account.id, options(args)).await?;
    context.output.json(&Got::new(&account, &code, now()))
}

/// What is wished of the code.
pub(super) fn options(args: &Get) -> CodeOptions {
    CodeOptions {
        next: args.next,
        fresh: args.fresh,
        min_remaining: args.min_ttl,
        timeout: args.timeout,
        ..CodeOptions::default()
    }
}

/// Asks for the code; where it takes a while, says what we wait for.
pub(super) async fn code(
    context: &Context,
    client: &Client,
    query: &str,
    options: CodeOptions,
) -> Result<IssuedCode, Error> {
    let asking = context.ask(client, async |client| client.get_code(query, options).await);
    if !options.fresh && options.min_remaining.is_none() {
        return asking.await;
    }
    let mut asking = std::pin::pin!(asking);
    if let Ok(code) = tokio::time::timeout(PATIENCE, &mut asking).await {
        return code;
    }
    context.output.hint("waiting for the next code…");
    asking.await
}

/// The time in Unix seconds.
pub(super) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}
