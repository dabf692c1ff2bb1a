//! What one side sends arrives at the other.

use std::collections::HashMap;

use mfa_core::Account;
use zbus::{OwnedVariant, Variant};

use super::*;
use crate::Error;
use crate::dict::Dict;

/// What one side writes, as the other side finds it.
fn sent<'v>(dict: HashMap<&'static str, Variant<'v>>) -> Dict {
    let pairs = dict.into_iter();
    pairs
        .map(|(field, value)| (field.to_owned(), value.try_into().unwrap()))
        .collect()
}

fn info() -> AccountInfo {
    AccountInfo {
        id: "550e8400-e29b-41d4-a716-446655440000".into(),
        name: "bank".into(),
        issuer: "Bank".into(),
        username: "jane".into(),
        kind: "hotp".into(),
        algorithm: "SHA256".into(),
        digits: 8,
        period: None,
        counter: Some(7),
        tags: vec!["a".into(), "b".into()],
        pinned: true,
        note: "n".into(),
        serial: "s".into(),
        created: 1,
        modified: 2,
    }
}

#[test]
fn accounts_arrive_as_they_were_sent() {
    let info = info();
    assert_eq!(AccountInfo::from_dict(sent(info.to_dict())).unwrap(), info);
    let account = Account::try_from(&info).unwrap();
    assert_eq!(AccountInfo::from(&account), info);
}

#[test]
fn options_arrive_as_they_were_sent() {
    let options = CodeOptions {
        next: true,
        min_remaining: Some(5),
        peek: true,
        ..CodeOptions::default()
    };
    assert_eq!(options.to_dict().len(), 3);
    assert_eq!(
        CodeOptions::from_dict(sent(options.to_dict())).unwrap(),
        options
    );
}

#[test]
fn a_misspelt_option_is_an_error_that_does_not_show_it() {
    let dict = HashMap::from([("frehs".to_owned(), OwnedVariant::from(true))]);
    let Err(Error::NotSupported(text)) = CodeOptions::from_dict(dict) else {
        panic!()
    };
    assert!(!text.contains("frehs"));
    let dict = HashMap::from([("timeout".to_owned(), OwnedVariant::from(true))]);
    let Err(Error::NotSupported(text)) = CodeOptions::from_dict(dict) else {
        panic!()
    };
    assert_eq!(text, "“timeout” has the wrong type");
}

#[test]
fn debug_shows_no_code() {
    let code = IssuedCode {
        code: "123456".to_owned().into(),
        valid_from: 0,
        valid_until: 30,
    };
    assert_eq!(format!("{code:?}"), "IssuedCode(redacted, 0..30)");
}

#[test]
fn results_of_an_import_arrive_as_they_were_sent() {
    for fate in [Fate::Added, Fate::Present, Fate::Skipped] {
        let result = ImportResult {
            fate,
            name: "slack-2".into(),
            id: Some("id".into()),
            clash: (fate == Fate::Added).then(|| "slack".into()),
            reason: None,
        };
        let arrived = ImportResult::from_dict(sent(result.to_dict())).unwrap();
        assert_eq!(arrived, result);
    }
    let options = ImportOptions { dry_run: true };
    let arrived = ImportOptions::from_dict(sent(options.to_dict())).unwrap();
    assert_eq!(arrived, options);
    let unknown = HashMap::from([("fate", Variant::from("eaten")), ("name", "".into())]);
    assert!(ImportResult::from_dict(sent(unknown)).is_err());
}
