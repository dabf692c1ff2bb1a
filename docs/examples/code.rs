//! Gets a one-time code from mfad, with the crate mfa-ipc.
//!
//! Usage: cargo run -p mfa-ipc --example code -- ACCOUNT [REASON]
//!
//! Prints the code. If that fails, says why and ends with 1.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "an example for the command line"
)]

use std::process::ExitCode;

use mfa_ipc::types::{CodeOptions, IssuedCode};
use mfa_ipc::{Client, Error, launcher};

/// Returns a code of the one account that the query matches.
async fn get_code(daemon: &Client, query: &str, reason: &str) -> Result<IssuedCode, Error> {
    // The user may be asked to unlock the keychain, and then whether this program may have the code.
    let daemon = daemon.interactive(true).because(reason);
    let account = daemon.get_account(query, false).await?;
    let id = account.id.to_string();
    daemon.get_code(&id, CodeOptions::default()).await
}

/// What to tell the user.
fn saying(error: &Error) -> String {
    let text = error.text();
    match error {
        Error::NotFound(_) => format!("Which account? {text}"),
        Error::Ambiguous(_, accounts) => {
            let labels: Vec<_> = accounts.iter().map(|(_, label)| label.as_str()).collect();
            format!("Which account? {text}: {}", labels.join(", "))
        }
        Error::Locked(_) => format!("Unlock the accounts first: {text}"),
        Error::AccessDenied(_) => format!("No code: {text}"),
        Error::ConsentRequired(_) => format!("Nobody could be asked: {text}"),
        _ => format!("mfad cannot do this: {text}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (query, reason) = match arguments.as_slice() {
        [query] => (query.as_str(), "example in Rust"),
        [query, reason] => (query.as_str(), reason.as_str()),
        _ => {
            eprintln!("Usage: code ACCOUNT [REASON]");
            return ExitCode::from(2);
        }
    };
    // The private connection; this starts the daemon if need be.
    let daemon = match launcher::connect().await {
        Ok(daemon) => daemon,
        Err(error) => {
            eprintln!("mfad cannot be reached: {error}");
            return ExitCode::FAILURE;
        }
    };
    match get_code(&daemon, query, reason).await {
        Ok(issued) => {
            println!("{}", *issued.code);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", saying(&error));
            ExitCode::FAILURE
        }
    }
}
