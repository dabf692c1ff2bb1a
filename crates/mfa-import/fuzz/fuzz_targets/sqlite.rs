//! Fuzzes the databases of Android apps.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["sqlite"], bytes));
