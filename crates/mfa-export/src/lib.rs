//! Writes accounts in the formats of other authenticators. `mfa-export formats` lists the supported formats.
//!
//! mfactl must stay small, so it does not link the formats. It starts the program `mfa-export`, sends the accounts
//! through a pipe, and writes what the program returns. [`mfa_helper::export`] documents the request, the answer and
//! the exit codes.
//!
//! | module | contents |
//! |---|---|
//! | [`formats`] | the formats, one file each, and their table |
//! | [`holds`] | what a format can hold, and what is lost |
//! | [`qr`] | draws QR codes for a terminal and as pictures |
//! | [`mod@args`], [`run`] | the program |
//!
//! The program opens no file and writes nothing but its answer, so it gives up all other rights before it reads its
//! input, as mfa-import does. Other processes cannot read its memory, and freed memory is wiped.
//!
//! # Adding a format
//!
//! A format is a file in `formats/` with a type that implements [`Format`], and a line in the table. It declares what
//! it can hold ([`Holds`]). The accounts that it is asked to write are only those that it can hold.

pub mod args;
mod entries;
mod failure;
pub mod formats;
pub mod holds;
mod json;
mod link;
mod names;
mod output;
pub mod qr;
mod random;
pub mod run;
mod seal;

pub use failure::Failure;
pub use formats::{Format, Options, named};
pub use holds::{Count, Holds, Report, Steam, report};
pub use output::crash;

/// An export, or a part of it.
pub type Bytes = zeroize::Zeroizing<Vec<u8>>;
