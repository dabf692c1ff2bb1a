//! Fuzzes CSV.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(
    &["bitwarden", "keepass", "proton-pass", "extract-otp-secrets"],
    bytes
));
