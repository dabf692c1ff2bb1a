//! Keeps a code on the clipboard for a while, in a process of its own.

use std::io::{self, Read, Write};
use std::time::Duration;

use mfa_sys::boottime::since_boot;
use zeroize::Zeroizing;

use crate::{Clipboard, Desktop};

/// The longest code in bytes.
const MAX_CODE: u64 = 64;
/// How often it is looked whether the code is still there.
const LOOK: Duration = Duration::from_secs(1);

/// What is said once the code is on the clipboard.
pub const COPIED: &str = "ok";

/// Reads a code from standard input, and keeps it on the clipboard for so long, or until something
/// else is copied. Says [`COPIED`] on standard output once it is there, and closes that.
///
/// # Errors
/// Why it cannot be copied.
pub fn keep(time: Duration) -> Result<(), Box<dyn std::error::Error>> {
    mfa_sys::harden::process()?;
    mfa_sys::detach::process()?;
    let mut code = Zeroizing::new(String::new());
    let mut input = io::stdin().lock().take(MAX_CODE);
    input.read_to_string(&mut code)?;
    let mut clipboard = Desktop::open()?;
    clipboard.put(&code)?;
    drop(code);
    let mut output = io::stdout().lock();
    output.write_all(COPIED.as_bytes())?;
    output.flush()?;
    drop(output);
    mfa_sys::detach::output()?;
    // It has to count the time that the lid was closed.
    let end = since_boot().saturating_add(time);
    loop {
        let left = end.saturating_sub(since_boot());
        if left.is_zero() {
            break;
        }
        // X11 tells nobody that a selection is lost but its owner, which here is a library.
        std::thread::sleep(LOOK.min(left));
        // Something else was copied, or the desktop is gone.
        if !matches!(clipboard.holds(), Ok(true)) {
            return Ok(());
        }
    }
    // Nobody is there to be told.
    drop(clipboard.take_back());
    Ok(())
}
