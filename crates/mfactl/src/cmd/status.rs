//! `mfactl status`: how the daemon and the keychain are. It starts nothing.

use mfa_ipc::types;
use serde_json::json;

use super::{Context, SCHEMA};
use crate::args::Status;
use crate::daemon;
use crate::error::{Error, Kind};

pub(super) async fn run(context: &Context, args: Status) -> Result<(), Error> {
    let Some(client) = daemon::running().await? else {
        return Err(Error::new(Kind::Unreachable, "the daemon is not running")
            .hint("Any command that needs it starts it: mfactl list"));
    };
    let status = client.status().await?;
    if args.json {
        return print_json(context, &status);
    }
    print(context, &status)
}

fn print_json(context: &Context, status: &types::Status) -> Result<(), Error> {
    context.output.json(&json!({
        "schema": SCHEMA,
        "version": status.version,
        "pid": status.pid,
        "keychain": status.keychain,
        "vault_file": status.vault_file,
        "locked": status.locked,
        "problem": (!status.problem.is_empty()).then_some(&status.problem),
        "accounts": status.accounts,
        "unreadable": status.unreadable,
        "bus_codes": status.bus_codes,
    }))
}

fn print(context: &Context, status: &types::Status) -> Result<(), Error> {
    let output = context.output;
    let state = if status.locked { "locked" } else { "unlocked" };
    let keychain = match status.problem.as_str() {
        "" => format!("{}, {state}", status.keychain),
        problem => problem.to_owned(),
    };
    let accounts = match (status.accounts, status.unreadable) {
        (None, _) => "not read".to_owned(),
        (Some(accounts), 0) => accounts.to_string(),
        (Some(accounts), unreadable) => format!("{accounts}, and {unreadable} unreadable"),
    };
    let bus = if status.bus_codes {
        "given out"
    } else {
        "refused"
    };
    for (name, value) in [
        (
            "daemon",
            format!("mfad {}, pid {}", status.version, status.pid),
        ),
        ("keychain", keychain),
        ("accounts", accounts),
        ("bus codes", bus.to_owned()),
    ] {
        output.line(format_args!(
            "{} {value}",
            output.dim(&format!("{name:<10}"))
        ))?;
    }
    Ok(())
}
