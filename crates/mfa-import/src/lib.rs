//! Reads accounts from the exports of other authenticators, encrypted or not. `mfa-import formats` lists the
//! supported formats.
//!
//! The input is untrusted, and decoders are large. So this crate is a library with a small program,
//! `mfa-import`, which reads its file, gives up all its privileges and only then looks at the first byte.
//! Programs that hold secrets of their own start that program and read its answer. They do not call the
//! library.
//!
//! | module | contents |
//! |---|---|
//! | [`formats`] | the formats, one file each, and their table |
//! | [`found`] | the accounts of a file |
//! | [`scan`] | reads QR codes from a picture in memory |
//! | [`mod@args`], [`run`] | the program |
//!
//! # The program
//!
//! `mfa-import decode [--format NAME] [--password-file FILE] FILE` prints one JSON object on standard output,
//! or exits with an error code and a message. [`mfa_helper::import`] documents the object and the exit codes.
//!
//! Google Authenticator spreads an export of more than ten accounts over several QR codes. `parts` lists the
//! QR codes that were read. A missing one is listed in `skipped` with its `part`, since another file may
//! contain it.
//!
//! The password of an encrypted file is the first line of the password file, without its line break. `-`
//! stands for standard input there too. If both come from standard input, the file follows that line, so a
//! caller can hand over both through one pipe. The password is read before the process is confined, like the
//! file. Deriving a key from it may take up to 1 GiB of memory (Ente Auth requires that much) and about ten
//! seconds. A file that requires more is refused as damaged. The whole program takes at most 1.5 GiB of
//! memory and ten seconds of processor time, or thirty with a password.
//!
//! If a signal ends the program, it has exceeded its own limit on memory or time: the file is damaged or
//! malicious.
//!
//! # Adding a format
//!
//! A format is a file in `formats/` with a type that implements [`Format`], and a line in the table. The
//! shared parts exist already: JSON with limits and access by field (`document`), CSV, XML and zip
//! (`formats::table`, `xml`, `archive`), ciphers and key derivation with limits (`crypto`). A format passes
//! each entry to `Found::add` as a `Draft`. `Found::add` checks it and notes the entries that cannot be used.
//! If the file as a whole cannot be read, the format returns a `Damage` or another error of [`Error`].

pub mod args;
mod crypto;
mod damage;
mod document;
mod draft;
pub mod error;
mod failure;
pub mod formats;
pub mod found;
mod json;
mod links;
mod migration;
mod output;
mod picture;
pub mod run;
pub mod scan;
mod text;
#[cfg(test)]
mod texts;

pub use error::Error;
pub use formats::{Format, detect, named};
pub use found::{Found, Imported, Skipped};
pub use output::crash;
