//! Prints pictures of the screen, for `mfactl add --screen`: PGM or whatever the desktop makes. Before
//! each stands a line with its length in bytes.
//!
//! It is not closed to other programs, as mfactl's others are: desktop portals refuse processes that
//! they cannot look at.

use std::io::{self, Write};
use std::process::ExitCode;

/// What is freed may have shown a secret.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        say("Usage: mfa-screen; see mfactl add --screen");
        return ExitCode::from(2);
    }
    match print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn print() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_io().enable_time().build()?;
    let pictures = runtime.block_on(mfa_screen::pictures())?;
    let mut output = io::stdout().lock();
    for picture in pictures {
        writeln!(output, "{}", picture.len())?;
        output.write_all(&picture)?;
    }
    Ok(output.flush()?)
}

fn say(text: &str) {
    // Whoever does not listen does not need it.
    drop(writeln!(io::stderr(), "{text}"));
}
