//! Files that are sealed as a whole, and known by their first bytes or by none.

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
