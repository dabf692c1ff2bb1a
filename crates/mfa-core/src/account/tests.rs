//! Tests of ranges, of names, and of the other spellings that services use.

use super::*;

#[test]
fn ranges_are_kept() {
    for digits in [0, 4, 10, 255, 256 + 6, u64::MAX] {
        assert_eq!(Digits::new(digits), Err(Error::Digits));
    }
    for period in [0, 86_401, u64::from(u32::MAX) + 30, u64::MAX] {
        assert_eq!(Period::new(period), Err(Error::Period));
    }
    assert_eq!(Digits::new(5).map(Digits::get), Ok(5));
    assert_eq!(Digits::new(9).map(Digits::get), Ok(9));
    assert_eq!(Period::new(1).map(Period::get), Ok(1));
    assert_eq!(Period::new(86_400).map(Period::get), Ok(86_400));
}

#[test]
fn algorithms_are_read_as_services_write_them() {
    for text in ["SHA1", "sha1", "SHA-1", "HmacSHA1", "HMAC-SHA-1"] {
        assert_eq!(Algorithm::parse(text), Ok(Algorithm::Sha1), "{text}");
    }
    assert_eq!(Algorithm::parse("hmacSHA256"), Ok(Algorithm::Sha256));
    assert_eq!(Algorithm::parse("SHA_512"), Ok(Algorithm::Sha512));
    for text in ["", "MD5", "SHA", "SHA3-256", "SHA2561"] {
        assert_eq!(Algorithm::parse(text), Err(Error::Algorithm), "{text}");
    }
}

fn account(kind: Kind, more: &[(&str, &str)]) -> Account {
    let more = more.iter().copied();
    Account {
        name: "aws".into(),
        more: more
            .map(|(field, text)| (field.into(), text.into()))
            .collect(),
        ..Account::new(AccountId::from_random([1; 16]), kind, 1)
    }
}

/// An item that another program has added fields to may use our names.
#[test]
fn a_field_of_a_newer_program_does_not_replace_ours() {
    let totp = Kind::Totp {
        period: Period::default(),
    };
    let foreign = [
        ("id", "2"),
        ("issuer", "X"),
        ("type", "ocra"),
        ("icon", "i"),
    ];
    let foreign = account(totp, &foreign);
    let plain = account(totp, &[("icon", "i")]);
    let text = |account| serde_json::to_string(account).unwrap();
    assert_eq!(text(&foreign), text(&plain));
}

#[test]
fn a_kind_that_is_not_known_keeps_its_name() {
    let foreign = account(Kind::Unknown, &[("type", "ocra"), ("suite", "s")]);
    let json = serde_json::to_value(&foreign).unwrap();
    assert_eq!(
        (&json["type"], &json["suite"]),
        (&"ocra".into(), &"s".into())
    );
    assert_eq!(json.get("digits"), None);
    let json = serde_json::to_value(account(Kind::Unknown, &[])).unwrap();
    assert_eq!(json["type"], "unknown");
}

#[test]
fn domains_are_few_and_in_the_json_if_there_are_any() {
    let mut account = account(Kind::Unknown, &[]);
    let json = |account: &Account| serde_json::to_value(account).unwrap();
    assert_eq!(json(&account).get("domains"), None);
    account.domains = crate::site::known(["aws.amazon.com", "localhost"]);
    let expected = serde_json::json!(["aws.amazon.com", "localhost"]);
    assert_eq!(json(&account)["domains"], expected);
    let site = |number: usize| Site::parse(&format!("{number}.com")).unwrap();
    account.domains = (0..MAX_DOMAINS).map(site).collect();
    assert_eq!(account.validate(), Ok(()));
    account.domains.push(site(MAX_DOMAINS));
    assert_eq!(account.validate(), Err(Error::TooManyDomains));
}

#[test]
fn an_account_is_described_by_what_is_known_besides_its_name() {
    for (issuer, username, expected) in [
        ("GitHub", "jane", "GitHub (jane)"),
        ("GitHub", "", "GitHub"),
        ("", "jane", "jane"),
        ("AWS", "", "another account"),
        ("AWS", "root", "AWS (root)"),
        ("", "", "another account"),
    ] {
        let account = Account {
            issuer: issuer.into(),
            username: username.into(),
            ..account(Kind::Unknown, &[])
        };
        assert_eq!(account.described(), expected);
    }
}
