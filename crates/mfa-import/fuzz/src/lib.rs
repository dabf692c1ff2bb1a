//! Shared code of the fuzz targets. Each target feeds one group of parsers.
//!
//! Keys cost next to nothing here: with `--cfg fuzzing` the importer checks the key derivation settings of
//! the file, but derives the key with the smallest ones.

pub mod kdbx;

use mfa_import::formats;

/// Reads a file as each format, without a password and with one.
///
/// # Panics
/// If an entry is read but not reported, or an error has no advice.
pub fn decode(names: &[&str], bytes: &[u8]) {
    for name in names {
        let format = formats::named(name).expect("the format is in the table");
        // Each format examines each file, whatever it is.
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
