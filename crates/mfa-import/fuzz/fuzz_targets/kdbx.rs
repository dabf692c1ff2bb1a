//! Fuzzes KeePass databases: their headers, since everything else is encrypted.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["keepass"], bytes));
