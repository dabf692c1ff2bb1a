//! Fuzzes the message in a migration link.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|message: &[u8]| {
    let data = data_encoding::BASE64URL_NOPAD.encode(message);
    let link = format!("otpauth-migration://offline?data={data}");
    mfa_fuzz::decode(&["google"], link.as_bytes());
});
