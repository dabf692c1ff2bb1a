//! What the targets have in common. Each of them feeds one group of parsers.
//!
//! A key costs next to nothing here: with `--cfg fuzzing` the importer derives it with the least
//! numbers, after it has checked those of the file.

pub mod kdbx;

use mfa_import::formats;

/// Reads a file as one of each format, without a password and with one.
///
/// # Panics
/// If something is read of which nothing is told, or an error does not say what to do.
pub fn decode(names: &[&str], bytes: &[u8]) {
    for name in names {
        let format = formats::named(name).expect("the format is in the table");
        // Each format looks at each file, whatever it is.
        let known = format.detect(bytes);
        for password in [None, Some(&b"test"[..])] {
            match format.read(bytes, password) {
                Ok(found) => assert!(found.accounts.len() + found.skipped.len() > 0),
                Err(error) => {
                    assert!(!error.advice().is_empty());
                    assert!(!error.to_string().is_empty());
                }
            }
        }
        std::hint::black_box(known);
    }
}
