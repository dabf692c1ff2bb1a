//! Fuzzes pictures in all file formats. Only small pictures are scanned.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["qr"], bytes));
