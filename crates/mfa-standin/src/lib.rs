//! Programs that stand in for others, which other programs call for codes.
//!
//! | module | program | stands in for |
//! |---|---|---|
//! | [`askpass`] | `mfa-askpass` | `ssh-askpass`, also for sudo and git: answers prompts for codes by the rules of the configuration |
//! | [`ykman`] | `mfa-ykman` | `ykman oath accounts list` and `code` |
//!
//! They are no part of mfactl. One needs a parser of the configuration, and the other one has the command line of a
//! program of somebody else. Both ask the daemon as mfactl does, and for the daemon, whoever started them asks.

pub mod askpass;
mod codes;
mod error;
mod platform;
pub mod ykman;

use std::io::{self, Write};

/// Prints a line on standard error.
fn say(text: impl std::fmt::Display) {
    // If standard error is closed, there is nobody to tell.
    drop(writeln!(io::stderr().lock(), "{text}"));
}
