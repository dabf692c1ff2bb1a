//! Prints what is on the clipboard, for `mfactl add --clipboard`: a link, or a picture as a file.

use std::io::{self, Write};

use crate::{Desktop, Found, is_link, look};

/// Prints it on standard output.
///
/// # Errors
/// Why there is nothing to print, for people.
pub fn print() -> Result<(), Box<dyn std::error::Error>> {
    mfa_sys::harden::process()?;
    let mut output = io::stdout().lock();
    match look(&mut Desktop::open()?)? {
        Found::Text(text) if is_link(&text) => output.write_all(text.as_bytes())?,
        Found::Picture(picture) => output.write_all(&picture.to_file())?,
        Found::Text(_) | Found::Nothing => {
            return Err(
                "there is no otpauth link and no picture on the clipboard: copy one first".into(),
            );
        }
    }
    Ok(output.flush()?)
}
