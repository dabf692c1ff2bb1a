//! Keeps a code on the clipboard for a while, where no tray does: `mfactl get --copy` starts it.
//!
//! `mfa-clipboard SECONDS` reads the code from standard input. It says on standard output why it
//! cannot be copied, or closes that once it is, and stays in the background until the time is over.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mfa_clipboard::{Clipboard, Desktop, Error};
use zeroize::Zeroizing;

/// The longest code in bytes.
const MAX_CODE: u64 = 64;
/// How often it is looked whether the code is still there.
const LOOK: Duration = Duration::from_secs(1);

/// What is freed may have held the code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let Some(seconds) = seconds else {
        return usage();
    };
    match keep(Duration::from_secs(seconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn usage() -> ExitCode {
    let text =
        "Usage: mfa-clipboard SECONDS, with a code on standard input; see mfactl get --copy\n";
    // Whoever does not listen does not need it.
    drop(io::stderr().write_all(text.as_bytes()));
    ExitCode::from(2)
}

fn keep(time: Duration) -> io::Result<()> {
    mfa_sys::harden::process()?;
    mfa_sys::detach::process()?;
    let mut code = Zeroizing::new(String::new());
    let mut input = io::stdin().lock().take(MAX_CODE);
    input.read_to_string(&mut code)?;
    let mut clipboard = match put(&code) {
        Ok(clipboard) => clipboard,
        Err(error) => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(error.to_string().as_bytes())?;
            return stdout.flush();
        }
    };
    mfa_sys::detach::output()?;
    drop(code);
    let start = Instant::now();
    while let Some(left @ 1..) = time.as_secs().checked_sub(start.elapsed().as_secs()) {
        std::thread::sleep(LOOK.min(Duration::from_secs(left)));
        // Something else was copied, or the desktop is gone.
        if !matches!(clipboard.holds(), Ok(true)) {
            return Ok(());
        }
    }
    // Nobody is there to be told.
    drop(clipboard.take_back());
    Ok(())
}

fn put(code: &str) -> Result<Desktop, Error> {
    let mut clipboard = Desktop::open()?;
    clipboard.put(code)?;
    Ok(clipboard)
}
