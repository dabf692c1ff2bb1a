//! Has the user choose an account in a menu of the desktop, such as rofi. The program mfa-watch finds that menu and prints the
//! id of the account, for `mfactl pick` and for the tray.
//!
//! The tray copies the code itself and does not run `mfactl pick` for it: the press of the shortcut counts as a click in its
//! menu, and the daemon asks the user about no other program.

use std::io;
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;

use mfa_core::AccountId;
use mfa_ipc::launcher;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

use crate::input::{Input, Inputs};
use crate::model::Msg;
use crate::model::notice;

/// The time that the user may take to choose.
const PATIENCE: Duration = Duration::from_secs(300);
/// The time that the output may take to end after the program has. Programs that the menu started may keep it open.
const END: Duration = Duration::from_secs(1);
/// The number of bytes at the end of an output that are kept.
const MAX_OUTPUT: usize = 2048;
/// The lowest exit code that tells of a signal. Without an account, it is that of Ctrl-C.
const SIGNAL: i32 = 128;
/// The beginning of an error. Menus may print other lines before it.
const NAME: &str = "mfactl: ";

/// Shows the menu in a task; its result is [`Msg::Picked`]. `token` is the right to open a window in front of the others.
pub(crate) fn start(token: Option<String>, inputs: Inputs) {
    let mut menu = Command::new(launcher::beside("mfa-watch"));
    menu.arg("pick");
    // Toolkits read it: https://wayland.app/protocols/xdg-activation-v1
    menu.envs(token.map(|token| ("XDG_ACTIVATION_TOKEN", token)));
    tokio::spawn(async move {
        let chosen = choose(menu).await;
        inputs.send(Input::Msg(Msg::Picked(chosen))).await;
    });
}

/// Returns the account that the user chose, `None` if the user chose none, or why nothing could be chosen.
async fn choose(menu: Command) -> Result<Option<AccountId>, String> {
    let ended = run(menu).await;
    let (code, printed, said) =
        ended.map_err(|error| format!("the menu of accounts cannot be shown: {error}"))?;
    match code {
        Some(0) => match AccountId::parse(printed.trim()) {
            Some(account) => Ok(Some(account)),
            None => Err("mfa-watch has printed no account".to_owned()),
        },
        // The user gave up, or something has ended the menu.
        None | Some(SIGNAL..) => Ok(None),
        Some(_) => Err(reason(&said)),
    }
}

/// Runs a program. Returns its exit code, or `None` if a signal or the time has ended it, and the ends of its outputs.
async fn run(mut program: Command) -> io::Result<(Option<i32>, String, String)> {
    let program = program.stdin(Stdio::null()).stdout(Stdio::piped());
    let program = program.stderr(Stdio::piped()).kill_on_drop(true);
    let mut running = program.spawn()?;
    let (Some(output), Some(errors)) = (running.stdout.take(), running.stderr.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let (mut printed, mut said) = (Vec::new(), Vec::new());
    let status = {
        let reading = async { tokio::join!(keep(output, &mut printed), keep(errors, &mut said)) };
        let mut reading = pin!(reading);
        let mut waiting = pin!(timeout(PATIENCE, running.wait()));
        let mut is_reading = true;
        let status = loop {
            tokio::select! {
                _ = &mut reading, if is_reading => is_reading = false,
                status = &mut waiting => break status,
            }
        };
        if is_reading {
            drop(timeout(END, reading).await);
        }
        status
    };
    let code = match status {
        Ok(status) => status?.code(),
        Err(_) => None,
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok((code, text(printed), text(said)))
}

/// Reads an output up to its end, and keeps its last part.
async fn keep(mut output: impl AsyncRead + Unpin, end: &mut Vec<u8>) {
    let mut part = [0; 512];
    while let Ok(length @ 1..) = output.read(&mut part).await {
        end.extend_from_slice(&part[..length]);
        let excess = end.len().saturating_sub(MAX_OUTPUT);
        end.drain(..excess);
    }
}

/// Returns the last error and what to do about it, as sentences.
fn reason(said: &str) -> String {
    let lines: Vec<_> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let Some(last) = lines.len().checked_sub(1) else {
        return "mfa-watch has failed without a reason".to_owned();
    };
    let error = lines.iter().rposition(|line| line.starts_with(NAME));
    let text = |line: &&str| line.strip_prefix(NAME).unwrap_or(line).trim().to_owned();
    let texts = lines[error.unwrap_or(last)..].iter().map(text);
    let sentences: Vec<_> = texts.map(|text| notice::sentence(&text)).collect();
    sentences.join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::model::tests::id;

    async fn chosen(script: &str) -> Result<Option<AccountId>, String> {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        choose(shell).await
    }

    #[tokio::test]
    async fn the_account_that_is_printed_is_chosen() {
        let account = id("aws");
        let menu = format!("echo Gtk-WARNING >&2; echo {account}");
        assert_eq!(chosen(&menu).await, Ok(Some(account)));
        assert!(chosen("echo aws").await.is_err());
        assert!(chosen("true").await.is_err());
    }

    #[tokio::test]
    async fn giving_up_is_no_error() {
        for menu in ["exit 130", "exit 143", "kill -KILL $$"] {
            assert_eq!(chosen(menu).await, Ok(None), "{menu}");
        }
    }

    #[tokio::test]
    async fn an_error_says_what_to_do() {
        let said = "echo Gtk-WARNING >&2; echo 'mfactl: no menu is installed' >&2; echo '  Install rofi' >&2; exit 1";
        let expected = "No menu is installed. Install rofi.";
        assert_eq!(chosen(said).await, Err(expected.to_owned()));
        assert_eq!(
            chosen("echo one >&2; echo two >&2; exit 1").await,
            Err("Two.".to_owned())
        );
        let silent = "mfa-watch has failed without a reason".to_owned();
        assert_eq!(chosen("exit 1").await, Err(silent));
        let missing = choose(Command::new("/nowhere/mfa-watch"))
            .await
            .unwrap_err();
        assert!(
            missing.starts_with("the menu of accounts cannot"),
            "{missing}"
        );
    }

    /// What is left of the output is read, and then nobody waits for a program that keeps it open.
    #[tokio::test]
    async fn much_output_and_a_program_that_stays_do_no_harm() {
        let much = "yes | head -c 1000000 >&2; echo 'mfactl: the end' >&2; exit 1";
        assert_eq!(chosen(much).await, Err("The end.".to_owned()));
        let account = id("aws");
        let stays = format!("sleep 60 & echo $! >&2; echo {account}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &*stays]);
        let (code, printed, said) = run(shell).await.unwrap();
        assert_eq!((code, printed.trim()), (Some(0), &*account.to_string()));
        let killed = std::process::Command::new("kill").arg(said.trim()).status();
        assert!(killed.unwrap().success());
    }
}
