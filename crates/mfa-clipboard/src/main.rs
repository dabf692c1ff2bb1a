//! Keeps a code on the clipboard for a while, where no tray does: `mfactl get --copy` starts it.
//!
//! `mfa-clipboard SECONDS` reads the code from standard input. It says `ok` on standard output once
//! that is copied and stays in the background until the time is over, or says why it cannot be.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// What is freed may have held the code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let Some(seconds) = seconds else {
        return usage();
    };
    match mfa_clipboard::hold::keep(Duration::from_secs(seconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever does not listen does not need it.
            drop(write!(io::stdout(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    let text =
        "Usage: mfa-clipboard SECONDS, with a code on standard input; see mfactl get --copy\n";
    // Whoever does not listen does not need it.
    drop(io::stderr().write_all(text.as_bytes()));
    ExitCode::from(2)
}
