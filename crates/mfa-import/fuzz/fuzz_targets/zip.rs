//! Fuzzes zip archives and the files in them.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["zip", "raivo", "1password", "proton-pass"], bytes));
