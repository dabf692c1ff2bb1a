//! Pictures, in all file formats; only small ones are looked at.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["qr"], bytes));
