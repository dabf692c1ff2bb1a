//! Prints pictures of the screen, for `mfactl add --screen`. They are PGM or whatever the desktop writes, in
//! the form of [`mfa_helper::pictures`].
//!
//! Unlike the other programs of mfactl, this one can be inspected by other processes: desktop portals refuse
//! processes that they cannot inspect.

use std::io::{self, Write};
use std::process::ExitCode;

use mfa_helper::Exit;

/// Wipes freed memory, which may have shown a secret.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        say("Usage: mfa-screen; see mfactl add --screen");
        return Exit::Usage.into();
    }
    match print() {
        Ok(()) => Exit::Done.into(),
        Err(error) => {
            say(&error.to_string());
            Exit::Failed.into()
        }
    }
}

fn print() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_io().enable_time().build()?;
    let pictures = runtime.block_on(mfa_screen::pictures())?;
    Ok(mfa_helper::pictures::write(
        &pictures,
        &mut io::stdout().lock(),
    )?)
}

fn say(text: &str) {
    // If standard error is closed, nobody reads the message.
    drop(writeln!(io::stderr(), "{text}"));
}
