//! The binary of the daemon; see the library.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

#[cfg(not(panic = "unwind"))]
compile_error!(
    "mfad has to be built with panic = \"unwind\": a panic must end one connection, and not the daemon"
);

use std::process::ExitCode;

use clap::Parser;

/// An allocator that wipes memory when it is freed, because it may have held a secret.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfad::platform::begin();
    let args = mfad::args::Args::parse();
    mfa_host::log::start(
        "MFAD_LOG",
        "info",
        mfad::platform::log_file(args.background),
    );
    match mfad::run::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
