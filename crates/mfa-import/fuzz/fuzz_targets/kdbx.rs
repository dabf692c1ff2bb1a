//! Databases of KeePass: their headers, as what follows is sealed.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mfa_fuzz::decode(&["keepass"], bytes));
