//! Keeps a code on the clipboard for some time, in a process of its own.

use std::io::{self, Read, Write};
use std::time::Duration;

use mfa_helper::clipboard::COPIED;
use mfa_sys::boottime::since_boot;
use zeroize::Zeroizing;

use crate::{Clipboard, Desktop};

/// The longest code, in bytes.
const MAX_CODE: u64 = 64;
/// The interval between checks that the code is still there.
const LOOK: Duration = Duration::from_secs(1);

/// Reads a code from standard input, and keeps it on the clipboard for `time`, or until something else is
/// copied. Once the code is there, writes [`COPIED`] to standard output and closes it.
///
/// # Errors
/// The reason why the code cannot be copied.
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
    // The clock must count the time in which the computer sleeps.
    let end = since_boot().saturating_add(time);
    loop {
        let left = end.saturating_sub(since_boot());
        if left.is_zero() {
            break;
        }
        // X11 tells only the owner that it has lost the selection. Here, the owner is a library.
        std::thread::sleep(LOOK.min(left));
        // Something else was copied, or the desktop has ended.
        if !matches!(clipboard.holds(), Ok(true)) {
            return Ok(());
        }
    }
    // An error could be reported to nobody.
    drop(clipboard.take_back());
    Ok(())
}
