//! Fuzzes a link. A link that can be read must be written so that it reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa_core::account::{Account, AccountId};
use mfa_core::uri;

fuzz_target!(|text: &str| {
    let Ok(link) = uri::parse(text) else { return };
    let account = Account {
        name: "name".to_owned(),
        // A name alone is read as a user name or as an issuer, depending on the link.
        issuer: link.issuer.clone(),
        username: link.username.clone(),
        algorithm: link.algorithm,
        digits: link.digits,
        ..Account::new(AccountId::from_bytes([0; 16]), link.kind, 0)
    };
    if link.issuer.is_empty() && link.username.is_empty() {
        return;
    }
    let printed = uri::print(&account, &link.secret);
    if printed.len() > uri::MAX_BYTES {
        return;
    }
    let again = uri::parse(&printed).expect("what was printed is read");
    assert_eq!((again.issuer, again.username), (link.issuer, link.username));
    assert!(again.secret.same_as(&link.secret));
    let code = mfa_core::otp::generate(&link.secret, link.kind, link.algorithm, link.digits, 1);
    let code = code.expect("each kind that is read has codes");
    assert_eq!(code.expose().len(), usize::from(link.digits.get()));
});
