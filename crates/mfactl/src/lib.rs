//! The command line. It holds no secrets and links no keychain: it asks the daemon.
//!
//! `mfactl get` is the hot path: one connection, one call, no thread. The commands that need more (tables,
//! prompts, starting the daemon) pay for that themselves.

mod cmd;
mod error;
mod finding;
mod output;
mod platform;
mod prompt;
mod text;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use cmd::Args;
use error::Error;
use output::Output;

/// Runs the given command line, which begins with the name of the program.
///
/// The exit code is documented at `error::EXIT_CODES`.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    platform::end_on_interrupt();
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let output = Output::new(args.quiet, args.plain);
    let result = runtime().and_then(|runtime| runtime.block_on(cmd::run(args, &output)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of our output has seen enough.
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
