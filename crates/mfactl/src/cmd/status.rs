//! `mfactl status`: how the daemon and the keychain are. It does not start a daemon itself.

use mfa_ipc::{launcher, types};

use super::Context;
use super::json::Health;
use crate::args::Status;
use crate::error::{Error, Kind};

pub(super) async fn run(context: &Context, args: Status) -> Result<(), Error> {
    let Some(client) = launcher::running().await? else {
        return Err(Error::new(Kind::Unreachable, "the daemon is not running")
            .hint("Any command that needs it starts it: mfactl list"));
    };
    let status = client.status().await?;
    if args.json {
        return context.output.json(&Health::new(&status));
    }
    print(context, &status)
}

fn print(context: &Context, status: &types::Status) -> Result<(), Error> {
    let output = context.output;
    let keychain = match status.problem.as_str() {
        "" => status.keychain.clone(),
        problem => problem.to_owned(),
    };
    let accounts = match (status.accounts, status.unreadable) {
        (None, _) if status.locked => "locked".to_owned(),
        (None, _) => "not read".to_owned(),
        (Some(accounts), 0) => accounts.to_string(),
        (Some(accounts), unreadable) => format!("{accounts}, and {unreadable} unreadable"),
    };
    let bus = if status.bus_codes {
        "given out"
    } else {
        "refused"
    };
    let tray = if status.tray {
        "running"
    } else {
        "not running"
    };
    for (name, value) in [
        (
            "daemon",
            format!("mfad {}, pid {}", status.version, status.pid),
        ),
        ("keychain", keychain),
        ("accounts", accounts),
        ("bus codes", bus.to_owned()),
        ("tray", tray.to_owned()),
    ] {
        output.line(format_args!(
            "{} {value}",
            output.dim(&format!("{name:<10}"))
        ))?;
    }
    Ok(())
}
