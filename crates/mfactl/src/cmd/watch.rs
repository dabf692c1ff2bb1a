//! `mfactl watch`: mfa-watch takes the place of mfactl, which carries no terminal interface.

use std::process::Command;

use clap::Args as Arguments;
use mfa_ipc::launcher;

use super::context::Context;
use crate::error::{Error, Kind};
use crate::platform;

/// The arguments of `watch`.
#[derive(Debug, Arguments)]
pub(crate) struct Watch {
    /// Show only the accounts that match this query
    #[arg(required_if_eq("waybar", "true"))]
    query: Option<String>,
    /// Print a JSON object on a line of its own for each change
    #[arg(long, conflicts_with = "waybar")]
    json: bool,
    /// Print one account as a module of waybar: its name, and how much time is left as a class
    #[arg(long)]
    waybar: bool,
    /// Also show the current codes
    #[arg(long)]
    codes: bool,
}

pub(super) fn run(context: &Context, args: &Watch) -> Result<(), Error> {
    let mut program = Command::new(launcher::beside("mfa-watch"));
    program.arg("watch");
    for (flag, is_given) in [
        (
            "--plain",
            context.output.plain() && !args.json && !args.waybar,
        ),
        ("--json", args.json),
        ("--waybar", args.waybar),
        ("--codes", args.codes),
    ] {
        if is_given {
            program.arg(flag);
        }
    }
    if let Some(query) = &args.query {
        program.arg("--").arg(query);
    }
    Err(missing(&platform::become_program(&mut program)))
}

/// The error if mfa-watch cannot be run.
pub(super) fn missing(error: &std::io::Error) -> Error {
    let text = format!("cannot run mfa-watch: {error}");
    Error::new(Kind::Other, text).hint("Install mfa-watch beside mfactl.")
}
