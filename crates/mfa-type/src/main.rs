//! Types a code for `mfactl type`, which links no library for screens.
//!
//! `mfa-type` finds out how it can type on this desktop, and prints `ready`. Then it reads a code from standard input and
//! types it into the window that has the focus. `mfa-type --enter` also presses Enter. The exit code says what went wrong,
//! and standard error says it to people. See [`mfa_helper::typing`].
//!
//! Other processes can inspect this one, as they can inspect mfa-screen: desktop portals refuse processes that they cannot
//! inspect.

use std::io::{self, Write};
use std::process::ExitCode;

use mfa_helper::typing::{ENTER, Exit};
use mfa_type::Error;

/// Wipes freed memory, which may have held the code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let enter = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        [ENTER] => true,
        _ => {
            say("Usage: mfa-type [--enter], with a code on standard input; see mfactl type");
            return ExitCode::from(Exit::Usage as u8);
        }
    };
    match mfa_type::run::run(enter, io::stdin().lock(), io::stdout().lock(), give_up) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(reason(&error) as u8)
        }
    }
}

/// Ends the program, since the desktop does not answer.
fn give_up() {
    say("cannot type: the desktop does not answer");
    std::process::exit(i32::from(Exit::Other as u8));
}

fn reason(error: &Error) -> Exit {
    match error {
        Error::NoDesktop | Error::Unreachable(_) => Exit::NoDesktop,
        Error::Unsupported(_) => Exit::Unsupported,
        Error::Refused | Error::Unanswered => Exit::Refused,
        Error::KeyHeld | Error::NoFocus => Exit::NotNow,
        Error::NotACode | Error::Failed(_) => Exit::Other,
    }
}

fn say(text: &str) {
    // If standard error is closed, nobody reads the message.
    drop(writeln!(io::stderr(), "{text}"));
}
