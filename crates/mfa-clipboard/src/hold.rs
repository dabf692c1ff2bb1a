//! Keeps a code on the clipboard for a while, in a process of its own.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::{Clipboard, Desktop, Error};

/// The longest code in bytes.
const MAX_CODE: u64 = 64;
/// How often it is looked whether the code is still there.
const LOOK: Duration = Duration::from_secs(1);

/// Reads a code from standard input, and keeps it on the clipboard for so long, or until something
/// else is copied.
///
/// Says on standard output why it cannot be copied, or closes that once it is.
///
/// # Errors
/// What the kernel says of this process or its input and output.
pub fn keep(time: Duration) -> io::Result<()> {
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
        // X11 tells nobody that a selection is lost but its owner, which here is a library.
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
