//! Tests that values are received as they were sent.

use std::collections::HashMap;

use mfa_core::account::{Algorithm, Digits, Kind};
use mfa_core::site;
use mfa_core::{Account, AccountChange, AccountId};
use zbus::{OwnedVariant, Variant};

use super::*;
use crate::Error;
use crate::dict::{AsDict, Dict, Fields, owned};

/// Returns a dictionary as the other side receives it.
fn sent(dict: Fields<'_>) -> Dict {
    owned(dict).unwrap()
}

fn account() -> Account {
    Account {
        name: "bank".into(),
        issuer: "Bank".into(),
        username: "jane".into(),
        algorithm: Algorithm::Sha256,
        digits: Digits::new(8).unwrap(),
        tags: vec!["a".into(), "b".into()],
        domains: site::known(["bank.example", "localhost"]),
        pinned: true,
        note: "n".into(),
        serial: "s".into(),
        modified: 2,
        ..Account::new(
            AccountId::from_random([7; 16]),
            Kind::Hotp { counter: 7 },
            1,
        )
    }
}

#[test]
fn accounts_arrive_as_they_were_sent() {
    for kind in ["totp", "hotp", "steam", "motp", "yandex"] {
        let kind = Kind::parse(kind).unwrap();
        let (algorithm, digits) = kind
            .fixed()
            .unwrap_or((Algorithm::Sha256, Digits::new(8).unwrap()));
        let account = Account {
            kind,
            algorithm,
            digits,
            ..account()
        };
        let arrived = Account::from_dict(sent(account.to_dict())).unwrap();
        assert_eq!(arrived, account);
    }
}

#[test]
fn domains_may_be_missing_or_odd() {
    let bare = Account {
        domains: Vec::new(),
        ..account()
    };
    assert!(!bare.to_dict().contains_key("domains"));
    let mut old = sent(account().to_dict());
    old.remove("domains");
    assert_eq!(listed(vec![old]), [bare]);
    let odd = vec!["bank.example".to_owned(), "*.example".to_owned()];
    let odd = listed(vec![foreign(vec![("domains", odd.into())])]);
    assert_eq!(odd[0].domains, site::known(["bank.example"]));
}

/// A newer daemon may have unknown kinds of codes and unknown fields.
#[test]
fn what_is_not_understood_of_an_account_is_kept() {
    let account = account();
    let mut dict = account.to_dict();
    for (field, value) in [
        ("type", Variant::from("ocra")),
        ("algorithm", "SHA3".into()),
        ("digits", 12_u32.into()),
        ("icon", "bank.png".into()),
        ("uses", 3_u64.into()),
        ("hosts", vec!["a.example".to_owned()].into()),
    ] {
        dict.insert(field.into(), value);
    }
    let arrived = Account::from_dict(sent(dict)).unwrap();
    assert_eq!((arrived.kind, &*arrived.name), (Kind::Unknown, "bank"));
    let again = Account::from_dict(sent(arrived.to_dict())).unwrap();
    assert_eq!(again, arrived);
    let json = serde_json::to_value(&arrived).unwrap();
    for (field, value) in [
        ("type", serde_json::json!("ocra")),
        ("icon", "bank.png".into()),
        ("uses", 3.into()),
        ("hosts", serde_json::json!(["a.example"])),
    ] {
        assert_eq!(json[field], value, "{field}");
    }
}

/// A list, as a client reads it.
fn listed(list: Vec<Dict>) -> Vec<Account> {
    let accounts = list.into_iter().map(Account::from_dict);
    accounts.collect::<Result<_, _>>().unwrap()
}

/// An account with other fields than ours.
fn foreign(fields: Vec<(&'static str, Variant<'static>)>) -> Dict {
    let account = account();
    let mut dict = account.to_dict();
    dict.extend(
        fields
            .into_iter()
            .map(|(field, value)| (field.into(), value)),
    );
    sent(dict)
}

#[test]
fn an_account_that_is_not_understood_leaves_the_others_in_the_list() {
    for (field, value, json) in [
        ("type", Variant::from("ocra"), serde_json::json!("ocra")),
        ("type", 7_u32.into(), 7.into()),
        ("algorithm", "SHA3-512".into(), "SHA3-512".into()),
        ("digits", 12_u32.into(), 12.into()),
        ("digits", "many".into(), "many".into()),
        ("counter", "red".into(), "red".into()),
    ] {
        let other = foreign(vec![(field, value)]);
        let list = listed(vec![
            sent(account().to_dict()),
            other,
            sent(account().to_dict()),
        ]);
        assert_eq!((&list[0], &list[2]), (&account(), &account()), "{field}");
        assert_eq!(list[1].kind, Kind::Unknown, "{field}");
        assert_eq!(list[1].more[field], json);
        let again = listed(vec![sent(list[1].to_dict())]);
        assert_eq!(again, list[1..2], "{field}");
    }
    let totp = vec![("type", Variant::from("totp")), ("period", 0_u32.into())];
    let list = listed(vec![foreign(totp), sent(account().to_dict())]);
    assert_eq!((list[0].kind, &list[1]), (Kind::Unknown, &account()));
}

#[test]
fn a_field_of_any_type_is_kept_or_dropped_and_breaks_nothing() {
    let path = zbus::wire::ObjectPath::try_from("/a").unwrap();
    let fields = vec![
        ("byte", Variant::from(7_u8)),
        ("short", (-7_i16).into()),
        ("ratio", 0.5_f64.into()),
        ("path", path.into()),
        ("numbers", vec![1_u32].into()),
        ("pair", (1_u32, "x").into()),
    ];
    let list = listed(vec![foreign(fields), sent(account().to_dict())]);
    let kept = serde_json::json!({"byte": 7, "short": -7, "ratio": 0.5});
    assert_eq!(serde_json::to_value(&list[0].more).unwrap(), kept);
    assert_eq!(list[1], account());
}

/// The daemon's items may have fields of others, whatever these are called.
#[test]
fn a_field_of_others_does_not_replace_ours() {
    let mut account = account();
    let names = ["id", "issuer", "type", "digits", "period", "icon"];
    account.more = names.map(|name| (name.to_owned(), "x".into())).into();
    let mut expected = self::account();
    expected.more = [("icon".to_owned(), "x".into())].into();
    let dict = sent(account.to_dict());
    assert!(!dict.contains_key("period"), "it is counter-based");
    assert_eq!(listed(vec![dict]), [expected]);
}

#[test]
fn what_is_said_of_an_account_arrives_as_it_was_sent() {
    let change = AccountChange {
        secret: Some("JBSWY3DP".to_owned().into()),
        digits: Some(8),
        tags: Some(vec!["a".into()]),
        domains: Some(vec!["bank.example".into()]),
        ..AccountChange::default()
    };
    assert_eq!(change.to_dict().len(), 4);
    let arrived = AccountChange::from_dict(sent(change.to_dict())).unwrap();
    assert_eq!(arrived.to_dict(), change.to_dict());
    let misspelt =
        std::collections::HashMap::from([("isuer".to_owned(), OwnedVariant::from(true))]);
    assert!(matches!(
        AccountChange::from_dict(misspelt),
        Err(Error::NotSupported(_))
    ));
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
    let unknown = Fields::from([
        ("fate".into(), Variant::from("eaten")),
        ("name".into(), "".into()),
    ]);
    assert!(ImportResult::from_dict(sent(unknown)).is_err());
}
