//! Tests of real links: which are accepted, which are refused, and that printing loses nothing.

use proptest::prelude::*;

use super::*;
use crate::account::AccountId;

fn refused(text: &str) -> Error {
    parse(text).unwrap_err()
}

#[test]
fn a_plain_link() {
    let link = parse(
        "otpauth://totp/Amazon%20Web%20Services:root@123?secret=JBSWY3DPEHPK3PXP\
         &issuer=Amazon%20Web%20Services&algorithm=SHA256&digits=8&period=60",
    )
    .unwrap();
    assert_eq!(
        (link.issuer.as_str(), link.username.as_str()),
        ("Amazon Web Services", "root@123")
    );
    assert_eq!(
        link.kind,
        Kind::Totp {
            period: Period::new(60).unwrap()
        }
    );
    assert_eq!((link.algorithm, link.digits.get()), (Algorithm::Sha256, 8));
}

#[test]
fn the_label_wins_over_the_parameter() {
    let link = parse("otpauth://totp/Contoso:me?secret=ABCDEFGH&issuer=Microsoft").unwrap();
    assert_eq!(
        (link.issuer.as_str(), link.username.as_str()),
        ("Contoso", "me")
    );
    let link = parse("otpauth://totp/me?secret=ABCDEFGH&issuer=Microsoft").unwrap();
    assert_eq!(
        (link.issuer.as_str(), link.username.as_str()),
        ("Microsoft", "me")
    );
    let link = parse("otpauth://totp/:me?secret=ABCDEFGH&issuer=Microsoft").unwrap();
    assert_eq!(
        (link.issuer.as_str(), link.username.as_str()),
        ("Microsoft", "me")
    );
}

#[test]
fn an_address_alone_is_a_user_name() {
    for (label, issuer, username) in [
        ("jane%40example.com", "", "jane@example.com"),
        ("jane@example.com?issuer=Mail", "Mail", "jane@example.com"),
        ("GitHub", "GitHub", ""),
        ("Shop@Home:", "Shop@Home", ""),
    ] {
        let mark = if label.contains('?') { '&' } else { '?' };
        let link = parse(&format!("otpauth://totp/{label}{mark}secret=ABCDEFGH")).unwrap();
        assert_eq!((&*link.issuer, &*link.username), (issuer, username));
    }
    let yandex = "otpauth://yaotp/j@ya.ru?secret=ORSXG5DJNZTXIZLTORUW4ZZRGI&pin=1234";
    let link = parse(yandex).unwrap();
    assert_eq!((&*link.issuer, &*link.username), ("Yandex", "j@ya.ru"));
}

#[test]
fn what_real_links_get_wrong_is_understood() {
    for text in [
        "OTPAUTH://TOTP/a:b?SECRET=abcd-efgh&Issuer=a",
        "otpauth://totp/a:b?secret=ABCD%20EFGH",
        "otpauth://totp/a%3Ab?secret=ABCDEFGH",
        "otpauth://totp/a%3a%20b?secret=ABCDEFGH====",
        "otpauth://totp/a:b?secret=ABCDEFGH&algorithm=HmacSHA1",
        "otpauth://totp/a:b?secret=ABCDEFGH&algorithm=&digits=&period=",
        "otpauth://totp/a:b?&secret=ABCDEFGH&image=https%3A%2F%2Fx&secret=ABCDEFGH",
        "  otpauth://totp/a:b?secret=ABCDEFGH\n",
    ] {
        let link = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            (link.issuer.as_str(), link.username.as_str()),
            ("a", "b"),
            "{text}"
        );
        assert_eq!(*link.secret.to_base32(), "ABCDEFGH", "{text}");
        assert_eq!(link.algorithm, Algorithm::Sha1, "{text}");
    }
}

#[test]
fn a_hash_is_a_character() {
    let link =
        parse("otpauth://totp/Shop #1:jane?issuer=Shop #1&secret=ABCDEFGH&digits=8").unwrap();
    assert_eq!((link.issuer.as_str(), link.digits.get()), ("Shop #1", 8));
}

#[test]
fn steam_is_recognised_unless_digits_say_otherwise() {
    let kind = |text: &str| parse(text).unwrap().kind;
    assert_eq!(kind("steam://JBSWY3DPEHPK3PXP"), Kind::Steam);
    assert_eq!(kind("otpauth://steam/x:y?secret=ABCDEFGH"), Kind::Steam);
    assert_eq!(
        kind("otpauth://totp/x:y?secret=ABCDEFGH&encoder=Steam&digits=5"),
        Kind::Steam
    );
    assert_eq!(kind("otpauth://totp/Steam:y?secret=ABCDEFGH"), Kind::Steam);
    assert_eq!(
        kind("otpauth://totp/Steam:y?secret=ABCDEFGH&digits=6"),
        Kind::Totp {
            period: Period::default()
        }
    );
}

#[test]
fn links_with_a_pin_are_read_as_apps_write_them() {
    for text in [
        "motp://Bank:jane?secret=30edcc8edae50a60&pin=1234",
        "MOTP://Bank:jane/?secret=30EDCC8EDAE50A60&pin=1234&algorithm=MD5&digits=6",
        "otpauth://motp/Bank:jane?secret=30edcc8edae50a60&pin=1234",
    ] {
        let link = parse(text).unwrap();
        assert_eq!((link.kind, link.digits.get()), (Kind::Motp, 6), "{text}");
        assert_eq!((&*link.issuer, &*link.username), ("Bank", "jane"), "{text}");
        assert_eq!(link.secret.expose_pin(), "1234");
        assert_eq!(*link.secret.to_hex(), "30edcc8edae50a60");
    }
    // The PIN in digits, and in base32.
    for pin in ["1234", "GEZDGNA", "gezdgna="] {
        for (label, issuer) in [
            ("jane", "Yandex"),
            ("Mail:jane", "Mail"),
            ("jane?issuer=I", "I"),
        ] {
            let mark = if label.contains('?') { '&' } else { '?' };
            let text = format!(
                "otpauth://yaotp/{label}{mark}secret=ORSXG5DJNZTXIZLTORUW4ZZRGI&pin={pin}&pin_length=4"
            );
            let link = parse(&text).unwrap();
            assert_eq!((link.kind, link.digits.get()), (Kind::Yandex, 8));
            assert_eq!((&*link.issuer, &*link.username), (issuer, "jane"), "{text}");
            assert_eq!(link.secret.expose_pin(), "1234");
        }
    }
    let yandex = "otpauth://yandex/a?secret=ORSXG5DJNZTXIZLTORUW4ZZRGI";
    assert_eq!(refused("motp://a:b?secret=30edcc8edae50a60"), Error::NoPin);
    assert_eq!(refused(yandex), Error::NoPin);
    assert_eq!(refused("motp://fail"), Error::NoSecret);
    for (text, error) in [
        ("motp://a:b?secret=JBSWY3DP&pin=1234", secret::Error::NotHex),
        ("motp://a:b?secret=30e&pin=1234", secret::Error::NotHex),
        ("motp://a:b?secret=30ed&pin=123", secret::Error::Pin),
        (
            "otpauth://yaotp/a?secret=ABCDEFGH&pin=1234",
            secret::Error::TooShort,
        ),
        (&format!("{yandex}&pin=12a4"), secret::Error::Pin),
    ] {
        assert_eq!(refused(text), Error::Secret(error), "{text}");
    }
}

#[test]
fn what_cannot_be_used_is_refused() {
    assert_eq!(refused(""), Error::NotALink);
    assert_eq!(refused("https://example.com"), Error::NotALink);
    assert_eq!(
        refused("otpauth-migration://offline?data=x"),
        Error::NotALink
    );
    assert_eq!(refused("otpauth://totp/a:b"), Error::NoSecret);
    assert_eq!(refused("otpauth://totp/?secret=ABCDEFGH"), Error::NoLabel);
    assert_eq!(refused("otpauth://ocra/a?secret=ABCDEFGH"), Error::Type);
    assert_eq!(
        refused("otpauth://totp/a?secret="),
        Error::Secret(secret::Error::Empty)
    );
    assert_eq!(
        refused("otpauth://totp/a?secret=1"),
        Error::Secret(secret::Error::NotBase32)
    );
    assert_eq!(
        refused("otpauth://totp/a?secret=ABCDEFGH&digits=4"),
        account::Error::Digits.into()
    );
    assert_eq!(
        refused("otpauth://totp/a?secret=ABCDEFGH&period=0"),
        account::Error::Period.into()
    );
    assert_eq!(
        refused("otpauth://hotp/a?secret=ABCDEFGH&counter=-1"),
        Error::Counter
    );
    assert_eq!(
        refused("otpauth://totp/%FF?secret=ABCDEFGH"),
        Error::NotUtf8
    );
    assert_eq!(
        refused("otpauth://totp/a?secret=ABCDEFGH&secret=HGFEDCBA"),
        Error::Repeated("secret")
    );
    assert_eq!(
        refused(&format!("otpauth://totp/{}", "a".repeat(MAX_BYTES))),
        Error::TooLong
    );
}

fn account(issuer: String, username: String, kind: Kind, digits: u64) -> Account {
    let chosen = (Algorithm::Sha512, Digits::new(digits).unwrap());
    let (algorithm, digits) = kind.fixed().unwrap_or(chosen);
    Account {
        name: "name".into(),
        issuer,
        username,
        algorithm,
        digits,
        ..Account::new(AccountId::from_random([7; 16]), kind, 0)
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (1..=86_400_u64).prop_map(|p| Kind::Totp {
            period: Period::new(p).unwrap()
        }),
        any::<u64>().prop_map(|counter| Kind::Hotp { counter }),
        Just(Kind::Steam),
        Just(Kind::Motp),
        Just(Kind::Yandex),
    ]
}

proptest! {
    #[test]
    fn printing_and_reading_loses_nothing(
        issuer in "[^\\pC]{0,20}",
        username in "[^\\pC]{0,20}",
        kind in kinds(),
        digits in 5..=9_u64,
        bytes in prop::collection::vec(any::<u8>(), 16..=64),
        pin in "[0-9]{4,16}",
    ) {
        let (issuer, username) = (issuer.trim().to_owned(), username.trim().to_owned());
        prop_assume!(!issuer.is_empty() || !username.is_empty());
        prop_assume!(!matches!(kind, Kind::Totp { .. }) || !issuer.eq_ignore_ascii_case("steam"));
        let account = account(issuer, username, kind, digits);
        let mut secret = Secret::from_bytes(bytes).unwrap();
        if kind.needs_pin() {
            secret = secret.with_pin(&pin).unwrap();
        }
        let link = parse(&print(&account, &secret)).unwrap();
        prop_assert_eq!(link.issuer, account.issuer);
        prop_assert_eq!(link.username, account.username);
        prop_assert_eq!(link.kind, account.kind);
        prop_assert_eq!(link.algorithm, account.algorithm);
        prop_assert_eq!(link.digits, account.digits);
        prop_assert!(link.secret.same_as(&secret));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", tail in "\\PC{0,200}") {
        let _ = parse(&text).is_ok();
        let _ = parse(&format!("otpauth://totp/{text}?{tail}")).is_ok();
    }
}
