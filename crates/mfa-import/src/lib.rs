//! Reads accounts from what other authenticators export, encrypted or not: `mfa-import formats` lists
//! what it knows.
//!
//! What is read here was written by others, and decoders are large. So this crate is a library with
//! a small program, `mfa-import`, which reads its file, gives up all its rights and only then looks
//! at the first byte. Programs that hold secrets of their own start that program and read its
//! answer; they do not call the library.
//!
//! | module | what it holds |
//! |---|---|
//! | [`formats`] | one file a format, and the table of all |
//! | [`found`] | what is found in a file |
//! | [`scan`] | QR codes in a picture that is in memory |
//! | [`platform`] | how the process is confined |
//! | [`mod@args`], [`run`] | the program |
//!
//! # The program
//!
//! `mfa-import decode [--format NAME] [--password-file FILE] FILE` prints one JSON object on standard
//! output:
//!
//! ```json
//! {"schema":1,"format":"otpauth","what":"a text with links",
//!  "accounts":[{"type":"totp","issuer":"AWS","username":"root","name":"","secret":"JBSWY3DPEHPK3PXP",
//!    "pin":null,"algorithm":"SHA1","digits":6,"period":30,"counter":null,"tags":[],"note":"","pinned":false}],
//!  "skipped":[{"name":"line 3","reason":"the link holds no secret"}],"parts":[]}
//! ```
//!
//! `secret` is base32. `period` is null unless the type is `totp`, `counter` unless it is `hotp`, `pin`
//! unless it is `motp` or `yandex`. What a file does not
//! say is an empty text or list. `what` says for people what was found: “a vault of Aegis”.
//!
//! Google Authenticator spreads an export of more than ten accounts over several QR codes. `parts` are
//! those that were read, as `{"batch":1,"number":2,"of":3}`; one that is missing is in `skipped`, with a
//! `part` of that form, since it may be in another file.
//!
//! The password of an encrypted file is the first line of the password file, without its line break;
//! `-` is standard input there too; if the file is also read from there, it follows that line. So a
//! program that starts this one hands over both through one pipe. It is read before the process is
//! confined, like the file. To make a key of it may take up to 1 GiB of memory (Ente Auth asks for
//! that much) and about ten seconds; a file that asks for more is refused as damaged. All in all it
//! takes no more than 1.5 GiB, and ten seconds of a processor, or thirty with a password.
//!
//! The exit codes are documented at [`args::Args`]. A program that is ended by a signal ran out of the
//! memory or the time that it allows itself: the file is damaged, or made to do harm.
//!
//! # A new format
//!
//! It is a file in `formats/` with a type that implements [`Format`], and a line in the table. What
//! formats have in common is made: JSON that is bounded and asked field by field (`document`), CSV,
//! XML and zip (`formats::table`, `xml`, `archive`), ciphers and keys with limits (`crypto`). An entry
//! is given to `Found::add` as a `Draft`, which checks it and notes what cannot be used; a file as a
//! whole fails with a `Damage` or one of the other errors of [`Error`].

pub mod args;
mod crypto;
mod damage;
mod document;
mod draft;
pub mod error;
pub mod formats;
pub mod found;
mod json;
mod links;
mod migration;
mod output;
mod picture;
pub mod platform;
pub mod run;
pub mod scan;
mod text;

pub use error::Error;
pub use formats::{Format, detect, named};
pub use found::{Found, Imported, Skipped};
pub use output::crash;
