//! Tells `mfactl doctor` whether codes can be copied. It copies nothing.

use std::sync::mpsc;
use std::thread;

use crate::{Desktop, Error, PATIENCE};

/// Checks whether the clipboard can be used.
///
/// # Errors
/// The reason why it cannot, for people.
pub fn check() -> Result<(), Box<dyn std::error::Error>> {
    let (sender, opened) = mpsc::channel();
    // A desktop that hangs must not make the doctor hang.
    let open = move || drop(sender.send(Desktop::open().map(drop)));
    thread::Builder::new()
        .name("clipboard-check".into())
        .spawn(open)?;
    let opened = opened.recv_timeout(PATIENCE);
    Ok(opened.unwrap_or(Err(Error::Silent))?)
}
