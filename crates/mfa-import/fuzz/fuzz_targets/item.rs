//! Fuzzes the text of a keychain item. An item that can be read must be written so that it reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa_core::account::AccountId;
use mfa_core::item::Entry;

fuzz_target!(|text: &str| {
    let id = AccountId::from_bytes([0; 16]);
    let Ok(entry) = Entry::from_text(id, text) else {
        return;
    };
    let Ok(written) = entry.to_text() else { return };
    let again = Entry::from_text(id, &written).expect("what was written is read");
    assert_eq!(again.account, entry.account);
    assert!(again.secret.same_as(&entry.secret));
});
