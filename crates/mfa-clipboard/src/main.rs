//! Accesses the clipboard for mfactl, which links no library for screens.
//!
//! `mfa-clipboard SECONDS` reads a code from standard input. `mfactl get --copy` starts it if no tray is
//! running. Once the code is copied, it prints `ok` on standard output and stays in the background until the
//! time is over. If it cannot copy the code, it prints the reason. `mfa-clipboard read` prints the link,
//! secret or picture on the clipboard. `mfa-clipboard forget` reads such a text from standard input and
//! removes it from the clipboard, if it is still there. `mfa-clipboard check` says why codes cannot be copied, if they
//! cannot.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use mfa_helper::Exit;
use mfa_helper::clipboard::{CHECK, FORGET, READ};

/// Wipes freed memory, which may have held the code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(READ) => end(mfa_clipboard::print::print(), &mut io::stderr()),
        Some(CHECK) => end(mfa_clipboard::check::check(), &mut io::stderr()),
        Some(FORGET) => end(mfa_clipboard::print::forget(), &mut io::stderr()),
        Some(seconds) if let Ok(seconds) = seconds.parse() => {
            let time = Duration::from_secs(seconds);
            end(mfa_clipboard::hold::keep(time), &mut io::stdout())
        }
        _ => usage(),
    }
}

fn end(result: Result<(), Box<dyn Error>>, reader: &mut dyn Write) -> ExitCode {
    match result {
        Ok(()) => Exit::Done.into(),
        Err(error) => {
            // If the caller has closed the stream, the message is not needed.
            drop(write!(reader, "{error}"));
            Exit::Failed.into()
        }
    }
}

fn usage() -> ExitCode {
    let text = "Usage: mfa-clipboard SECONDS, with a code on standard input; see mfactl get --copy
       mfa-clipboard read; see mfactl add --clipboard
       mfa-clipboard forget, with the text to remove on standard input
       mfa-clipboard check; see mfactl doctor
";
    // If the caller has closed the stream, the message is not needed.
    drop(io::stderr().write_all(text.as_bytes()));
    Exit::Usage.into()
}
