//! The binary of the daemon; see the library.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;

/// What is freed may have held a secret.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfad::platform::begin();
    let args = mfad::args::Args::parse();
    mfad::log::start(args.background);
    // A panic message can hold what was being worked on; its place is enough to find the fault.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "internal error");
    }));
    match mfad::run::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
