//! Fuzzes the contents of KeePass databases that are otherwise valid.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|inside: &[u8]| mfa_fuzz::decode(&["keepass"], &mfa_fuzz::kdbx::around(inside)));
