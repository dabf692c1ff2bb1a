//! Prints what is on the clipboard, for `mfactl add --clipboard`: a link, a picture as a file, or what may
//! be a key. Removes it again when it was added.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use crate::{Clipboard, Desktop, Found, is_link, look};

/// The longest text that may be a key, in bytes. What is longer and no link is not handed over.
const MAX_KEY: usize = 512;
/// The longest text that is removed, in bytes.
const MAX_TEXT: u64 = 1024 * 1024;

/// Prints it on standard output.
///
/// # Errors
/// Why there is nothing to print, for people.
pub fn print() -> Result<(), Box<dyn std::error::Error>> {
    mfa_sys::harden::process()?;
    let mut output = io::stdout().lock();
    match look(&mut Desktop::open()?)? {
        Found::Text(text) if is_link(&text) || (1..=MAX_KEY).contains(&text.len()) => {
            output.write_all(text.as_bytes())?;
        }
        Found::Picture(picture) => output.write_all(&picture.to_file())?,
        Found::Text(_) | Found::Nothing => {
            let text =
                "there is no otpauth link, no key and no picture on the clipboard: copy one first";
            return Err(text.into());
        }
    }
    Ok(output.flush()?)
}

/// Reads a text from standard input and takes it off the clipboard, unless something else was copied since.
///
/// # Errors
/// Why it may still be there, for people.
pub fn forget() -> Result<(), Box<dyn std::error::Error>> {
    mfa_sys::harden::process()?;
    let mut text = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .take(MAX_TEXT)
        .read_to_string(&mut text)?;
    Desktop::open()?.forget(&text)?;
    Ok(())
}
