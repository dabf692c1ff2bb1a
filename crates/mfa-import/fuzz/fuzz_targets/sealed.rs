//! Fuzzes files that are encrypted as a whole, with a signature or without one.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(
    &[
        "stratum",
        "otpclient",
        "andotp-encrypted",
        "totp-authenticator"
    ],
    bytes
));
