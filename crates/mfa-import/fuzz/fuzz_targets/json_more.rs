//! Fuzzes JSON of password managers, services and scripts.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(
    &[
        "bitwarden",
        "lastpass",
        "duo",
        "steam",
        "authy",
        "proton-pass",
        "extract-otp-secrets"
    ],
    bytes
));
