//! Fuzzes texts with links.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["otpauth", "google", "ente", "html"], bytes));
