//! The clipboard for mfactl, which links nothing that knows a screen.
//!
//! `mfa-clipboard SECONDS` reads a code from standard input: `mfactl get --copy` starts it where no tray
//! runs. It says `ok` on standard output once that is copied and stays in the background until the time
//! is over, or says why it cannot be. `mfa-clipboard read` prints the link, the key or the picture that is there;
//! `mfa-clipboard forget` reads such a text from standard input and takes it off the clipboard, if it is
//! still there.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// What is freed may have held the code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("read") => end(mfa_clipboard::print::print(), &mut io::stderr()),
        Some("forget") => end(mfa_clipboard::print::forget(), &mut io::stderr()),
        Some(seconds) if let Ok(seconds) = seconds.parse() => {
            let time = Duration::from_secs(seconds);
            end(mfa_clipboard::hold::keep(time), &mut io::stdout())
        }
        _ => usage(),
    }
}

fn end(result: Result<(), Box<dyn Error>>, reader: &mut dyn Write) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever does not listen does not need it.
            drop(write!(reader, "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    let text = "Usage: mfa-clipboard SECONDS, with a code on standard input; see mfactl get --copy
       mfa-clipboard read; see mfactl add --clipboard
       mfa-clipboard forget, with what was read on standard input
";
    // Whoever does not listen does not need it.
    drop(io::stderr().write_all(text.as_bytes()));
    ExitCode::from(2)
}
