//! The binary of the tray; see the library.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let _args = mfa_tray::args::Args::parse();
    mfa_tray::log::start();
    match mfa_tray::run::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
