//! Fuzzes XML: the settings of Android apps, and KeePass.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(
    &[
        "freeotp",
        "authy",
        "battlenet",
        "totp-authenticator",
        "keepass"
    ],
    bytes
));
