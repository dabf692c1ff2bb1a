//! `mfactl get --copy`: by the tray, which is there to stay; without one, by a process of our own.
//!
//! The clipboard of X11 and Wayland belongs to a running program, and mfactl ends at once. So it
//! starts mfa-clipboard, and hands it the code through a pipe.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use mfa_ipc::types::{CodeOptions, IssuedCode};
use mfa_ipc::{Client, launcher};

use super::Context;
use super::get::{code, now, options};
use super::json::remaining;
use crate::args::Get;
use crate::error::{Error, Kind};
use crate::platform;

/// How many seconds a code stays on the clipboard: as long as with the tray, whose default is in
/// mfa-clipboard. We do not link that.
const CLEAR_AFTER: u64 = 30;

pub(super) async fn run(
    context: &Context,
    client: &Client,
    query: &str,
    args: &Get,
) -> Result<(), Error> {
    // The tray copies the current code; any other wish is ours to fulfil.
    if options(args) == CodeOptions::default() {
        let asked = context.ask(client, async |client| client.copy_code(query).await);
        match asked.await {
            Ok(()) => {
                context.output.hint("copied by the tray");
                return Ok(());
            }
            // There is none, or it hangs.
            Err(error) if error.is_not_supported() || error.kind == Kind::TimedOut => {}
            Err(error) => return Err(context.explain(client, query, error).await),
        }
    }
    if !platform::has_screen() {
        let text = "there is no desktop here, so no clipboard";
        return Err(Error::new(Kind::Other, text).hint("Print the code instead: mfactl get"));
    }
    let code = match code(context, client, query, options(args)).await {
        Ok(code) => code,
        Err(error) => return Err(context.explain(client, query, error).await),
    };
    hand_over(&code)?;
    say(context, &code);
    Ok(())
}

fn say(context: &Context, code: &IssuedCode) {
    match remaining(code, now()) {
        Some(left) => context.output.hint(format_args!(
            "copied, valid {left} s; cleared in {CLEAR_AFTER} s"
        )),
        None => context
            .output
            .hint(format_args!("copied; cleared in {CLEAR_AFTER} s")),
    }
}

/// Starts the process that keeps the code, and waits until it has it on the clipboard.
fn hand_over(code: &IssuedCode) -> Result<(), Error> {
    let program = launcher::beside("mfa-clipboard");
    let holder = platform::outliving(&mut Command::new(&program))
        .arg(CLEAR_AFTER.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut holder = holder.map_err(|error| {
        let text = format!("nothing is copied: {}: {error}", program.display());
        Error::new(Kind::Other, text).hint("Install it beside mfactl, or start mfa-tray.")
    })?;
    if let Some(mut input) = holder.stdin.take() {
        input.write_all(code.code.as_bytes())?;
    }
    let mut said = String::new();
    if let Some(mut output) = holder.stdout.take() {
        output.read_to_string(&mut said)?;
    }
    match said.as_str() {
        "ok" => Ok(()),
        "" => Err(Error::new(
            Kind::Other,
            "nothing is copied: mfa-clipboard ended",
        )),
        reason => Err(Error::new(Kind::Other, reason)),
    }
}
