//! The command line. It holds no secrets and links no keychain: it asks the daemon.
//!
//! `mfactl get` is the hot path: one connection, one call, no thread. Whatever costs more
//! (tables, prompts, starting the daemon) is paid for by the command that needs it.

pub mod args;
mod cmd;
mod error;
mod output;
mod platform;
mod prompt;
pub mod settings;

/// The command line of the daemon, for its manual page: the very file that the daemon is built from.
#[path = "../../mfad/src/args.rs"]
pub mod daemon_args;
/// The same of the tray.
#[path = "../../mfa-tray/src/args.rs"]
pub mod tray_args;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::Args;
use error::Error;
use output::Output;

/// Runs the command line that is given, the name of the program first.
///
/// The exit code is documented at [`args::Args`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    platform::end_on_interrupt();
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let output = Output::new(args.quiet);
    let result = runtime().and_then(|runtime| runtime.block_on(cmd::run(args, &output)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough.
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => output::fail(&error),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build();
    runtime.map_err(Error::from)
}
