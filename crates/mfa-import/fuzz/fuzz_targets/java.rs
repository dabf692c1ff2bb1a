//! Fuzzes backups of FreeOTP 2, which Java serialised.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["freeotp"], bytes));
