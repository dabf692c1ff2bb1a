//! `mfactl get --copy`: the tray copies, because it stays running. Without a tray, a process of our own does.
//!
//! The clipboard of X11 and Wayland belongs to a running program, and mfactl ends at once. So mfactl starts
//! mfa-clipboard, and hands it the code through a pipe.
//!
//! Without a desktop, as over SSH, the terminal is told to copy. Its clipboard is where the person sits. Nobody stays to clear
//! it: the shell has the terminal again.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use mfa_helper::clipboard::{CLEAR_AFTER, COPIED};
use mfa_ipc::launcher;
use mfa_ipc::types::{CodeOptions, IssuedCode};

use super::context::{Context, connect};
use super::get::{Get, because, code, options, query};
use super::validity::{now, remaining};
use crate::error::{Error, Kind};
use crate::platform;

pub(super) async fn run(context: &Context, args: &Get) -> Result<(), Error> {
    let client = &because(connect().await?, args);
    let query = &*query(context, client, args).await?;
    let options = options(args);
    let by_terminal = !platform::has_screen() && context.output.may_copy();
    // The tray copies the current code; with any other option, we copy the code ourselves. A person who is connected by
    // SSH does not see the screen of the tray.
    if options == CodeOptions::default() && !(by_terminal && is_over_ssh()) {
        let asked = context.ask(client, async |client| client.copy_code(query).await);
        match asked.await {
            Ok(()) => {
                context.output.hint("copied by the tray");
                return Ok(());
            }
            // There is no tray, or it hangs.
            Err(error) if error.is_not_supported() || error.kind == Kind::TimedOut => {}
            Err(error) => return Err(context.explain(client, query, error).await),
        }
    }
    if !platform::has_screen() && !by_terminal {
        let text = "cannot use the clipboard: no desktop is running here";
        return Err(Error::new(Kind::Other, text).hint("To print the code instead: mfactl get"));
    }
    let code = match code(context, client, query, options).await {
        Ok(code) => code,
        Err(error) => return Err(context.explain(client, query, error).await),
    };
    if by_terminal {
        context.output.copy(&code.code)?;
        context.output.hint(told(remaining(&code, now())));
        return Ok(());
    }
    hand_over(&code)?;
    context.output.hint(copied(remaining(&code, now())));
    Ok(())
}

/// Returns whether the person is at the other end of SSH.
fn is_over_ssh() -> bool {
    std::env::var_os("SSH_TTY").is_some_and(|terminal| !terminal.is_empty())
}

/// Says that only the terminal knows whether the code was copied.
fn told(left: Option<u64>) -> String {
    let valid = left.map_or_else(String::new, |left| format!("; valid for {left} s"));
    format!(
        "told the terminal to copy{valid}. mfactl cannot clear the code there. If nothing was copied, the terminal does not allow it (OSC 52)"
    )
}

/// Says how long the code is valid, and how long it stays.
fn copied(left: Option<u64>) -> String {
    let cleared = format!("cleared in {} s", CLEAR_AFTER.as_secs());
    match left {
        Some(left) => format!("copied; valid for {left} s, {cleared}"),
        None => format!("copied; {cleared}"),
    }
}

/// Starts the process that keeps the code, and waits until the code is on the clipboard.
fn hand_over(code: &IssuedCode) -> Result<(), Error> {
    let program = launcher::beside("mfa-clipboard");
    let holder = platform::outliving(&mut Command::new(&program))
        .arg(CLEAR_AFTER.as_secs().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut holder = holder.map_err(|error| {
        let text = format!(
            "cannot copy the code: cannot run {}: {error}",
            program.display()
        );
        Error::new(Kind::Other, text)
            .hint("Install mfa-clipboard beside mfactl, or start mfa-tray.")
    })?;
    if let Some(mut input) = holder.stdin.take() {
        input.write_all(code.code.as_bytes())?;
    }
    let mut said = String::new();
    if let Some(mut output) = holder.stdout.take() {
        output.read_to_string(&mut said)?;
    }
    answered(&said)
}

/// What mfa-clipboard said.
fn answered(said: &str) -> Result<(), Error> {
    match said {
        COPIED => Ok(()),
        "" => Err(Error::new(
            Kind::Other,
            "cannot copy the code: mfa-clipboard ended unexpectedly",
        )),
        reason => Err(Error::new(Kind::Other, reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_copied_says_how_long_it_stays() {
        assert_eq!(copied(Some(7)), "copied; valid for 7 s, cleared in 30 s");
        assert_eq!(copied(None), "copied; cleared in 30 s");
    }

    #[test]
    fn nobody_knows_whether_a_terminal_copies() {
        let rest = "mfactl cannot clear the code there. If nothing was copied, the terminal does not allow it (OSC 52)";
        assert_eq!(
            told(Some(7)),
            format!("told the terminal to copy; valid for 7 s. {rest}")
        );
        assert_eq!(told(None), format!("told the terminal to copy. {rest}"));
    }

    #[test]
    fn only_one_answer_means_that_the_code_was_copied() {
        assert!(answered("ok").is_ok());
        let error = |said| answered(said).unwrap_err().to_string();
        assert_eq!(
            error("cannot reach the clipboard"),
            "cannot reach the clipboard"
        );
        let silent = "cannot copy the code: mfa-clipboard ended unexpectedly";
        assert_eq!(error(""), silent);
    }
}
