//! Fuzzes JSON of authenticators.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(
    &[
        "aegis",
        "2fas",
        "ente",
        "proton",
        "andotp",
        "freeotp",
        "stratum",
        "raivo",
        "cotp",
        "otpclient"
    ],
    bytes
));
