//! Prints the contents of the clipboard for `mfactl add --clipboard`: a link, a picture as a file, or a text
//! that may be a secret. Removes the text once its account was added.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use crate::{Clipboard, Desktop, Found, NOTHING, is_link, look};

/// The longest text that may be a secret, in bytes. A longer text that is not a link is not printed.
const MAX_KEY: usize = 512;
/// The longest text that can be removed, in bytes.
const MAX_TEXT: u64 = 1024 * 1024;

/// Prints the contents of the clipboard on standard output.
///
/// # Errors
/// The reason why there is nothing to print, for people.
pub fn print() -> Result<(), Box<dyn std::error::Error>> {
    mfa_sys::harden::process()?;
    let mut output = io::stdout().lock();
    match look(&mut Desktop::open()?)? {
        Found::Text(text) if is_link(&text) || (1..=MAX_KEY).contains(&text.len()) => {
            output.write_all(text.as_bytes())?;
        }
        Found::Picture(picture) => output.write_all(&picture.to_file())?,
        Found::Text(_) | Found::Nothing => {
            return Err(NOTHING.into());
        }
    }
    Ok(output.flush()?)
}

/// Reads a text from standard input and removes it from the clipboard, unless something else was copied
/// since.
///
/// # Errors
/// The reason why the text may still be there, for people.
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
