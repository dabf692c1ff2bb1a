//! What stands in front of a person or of a bar for a while: `mfactl watch` and `mfactl pick`.
//!
//! mfactl runs this program, so that `mfactl get` does not carry a terminal interface. The daemon takes both for the same:
//! whoever has started them asks. Codes are only looked at here (`PeekCodes`). To hand one out, `mfactl get --copy` is run.

mod args;
mod board;
mod clock;
mod copying;
mod error;
mod feed;
mod lines;
mod markup;
mod pick;
mod platform;
#[cfg(test)]
mod samples;
mod screen;
mod search;
mod text;

use std::ffi::OsString;
use std::process::ExitCode;

use mfa_ipc::launcher;

use args::{Args, Command, Watch};
use error::Error;
use feed::Feed;
use lines::{Bar, Json, Plain};
use screen::{Purpose, Stream};

/// Runs the given command line, which begins with the name of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match args::parse(arguments) {
        Ok(args) => args,
        Err(code) => return code,
    };
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

fn start(args: Args) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        match args.command {
            Command::Watch(args) => watch(args).await,
            Command::Pick(args) => pick::run(args).await,
        }
    })
}

async fn watch(args: Watch) -> Result<(), Error> {
    let client = launcher::connect().await?;
    if args.is_for_a_person() {
        let typed = args.query.unwrap_or_default();
        screen::run(client, Purpose::Watch, typed, Stream::Output).await?;
        return Ok(());
    }
    let feed = Feed::start(client);
    let Watch { query, codes, .. } = args;
    let followed = match query {
        Some(query) if args.waybar => lines::follow(feed, Bar::new(query, codes), codes).await,
        query if args.json => lines::follow(feed, Json::new(query, codes), codes).await,
        query => lines::follow(feed, Plain::new(query, codes), codes).await,
    };
    Ok(followed?)
}
