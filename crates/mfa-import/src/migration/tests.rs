//! Writes messages and reads them.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use mfa_core::account::{Algorithm, Kind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;
use crate::links::Links;

/// Returns a field with a number.
pub(crate) fn number(field: u8, value: i64) -> Vec<u8> {
    let mut bytes = vec![field << 3];
    let mut rest = value.cast_unsigned();
    while rest >= 0x80 {
        bytes.push((rest.to_le_bytes()[0]) | 0x80);
        rest >>= 7;
    }
    bytes.push(rest.try_into().unwrap());
    bytes
}

/// Returns a field with bytes.
pub(crate) fn bytes(field: u8, value: &[u8]) -> Vec<u8> {
    let length = number(0, value.len().try_into().unwrap());
    [&[field << 3 | 2], &length[1..], value].concat()
}

/// Returns an account: its secret and names, then further fields.
pub(crate) fn account(secret: &[u8], name: &str, issuer: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let (name, issuer) = (bytes(2, name.as_bytes()), bytes(3, issuer.as_bytes()));
    let message = [bytes(1, secret), name, issuer, more.concat()].concat();
    bytes(1, &message)
}

/// Returns a link with a message.
pub(crate) fn link(message: &[u8]) -> String {
    let data = BASE64.encode(message);
    let data = utf8_percent_encode(&data, NON_ALPHANUMERIC);
    format!("otpauth-migration://offline?data={data}")
}

fn part_of(size: i64, index: i64, batch: i64) -> String {
    let account = account(b"1234567890", &format!("user {index} of {batch}"), "", &[]);
    let batch = [
        number(2, 1),
        number(3, size),
        number(4, index),
        number(5, batch),
    ]
    .concat();
    link(&[account, batch].concat())
}

fn read(links: &[String]) -> crate::Found {
    let mut all = Links::default();
    for link in links {
        all.read("here", link);
    }
    all.finish()
}

#[test]
fn accounts_are_read_with_all_they_say() {
    let message = [
        account(b"1234567890", "AWS:root", "AWS", &[]),
        account(
            b"\xff\xfe",
            "a: b",
            "",
            &[number(4, 2), number(5, 2), number(6, 2)],
        ),
        account(
            b"x",
            "jane",
            "GitHub",
            &[number(4, 3), number(5, 1), number(6, 1), number(7, 9)],
        ),
        account(b"y", "new", "", &[bytes(8, b"0123456789012345678")]),
        number(2, 2),
    ];
    let found = read(&[link(&message.concat())]);
    let told: Vec<_> = found
        .accounts
        .iter()
        .map(|a| {
            (
                a.issuer.as_str(),
                a.username.as_str(),
                a.algorithm.as_str(),
                a.digits.get(),
                a.kind.counter(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("AWS", "root", "SHA1", 6, None),
            ("", "a: b", "SHA256", 8, None),
            ("GitHub", "jane", "SHA512", 6, Some(9)),
            ("", "new", "SHA1", 6, None),
        ]
    );
    assert!(matches!(found.accounts[0].kind, Kind::Totp { period } if period.get() == 30));
    assert_eq!(found.accounts[1].secret.expose(), b"\xff\xfe");
    assert!(found.skipped.is_empty());
}

#[test]
fn what_cannot_be_used_is_named() {
    let message = [
        account(b"s", "md5", "I", &[number(4, 4)]),
        account(b"s", "", "digits", &[number(5, 3)]),
        account(b"s", "type", "", &[number(6, 3)]),
        account(b"s", "counter", "", &[number(6, 1), number(7, -1)]),
        account(b"", "", "", &[]),
        account(b"good", "good", "", &[]),
    ];
    let found = read(&[link(&message.concat())]);
    let told: Vec<_> = found
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.name, skipped.reason))
        .collect();
    assert_eq!(
        told,
        [
            "I (md5): its algorithm is MD5, which is not supported",
            "digits: its number of digits is unknown",
            "type: its type is unknown",
            "counter: its counter is negative",
            "account 5 of the export: the secret is empty",
        ]
    );
    assert_eq!(found.accounts.len(), 1);
}

#[test]
fn base64_is_read_as_it_arrives() {
    // The base64 of this secret contains both characters in which the alphabets differ.
    let secret = b"12\xfb\xef\xbe\xff\xff\xff";
    let message = account(secret, "a", "", &[]);
    let plain = BASE64.encode(&message);
    assert!(plain.contains('+') && plain.contains('/') && plain.ends_with('='));
    for data in [
        plain.clone(),
        plain.replace('+', " "),
        plain.replace('+', "%20").replace('=', "%3D"),
        plain.trim_end_matches('=').to_owned(),
        BASE64URL_NOPAD.encode(&message),
    ] {
        let part = parse(&format!("OTPAUTH-MIGRATION://offline?x=y&data={data}&z")).unwrap();
        let account = part.entries[0].as_ref().unwrap();
        assert_eq!(account.secret.expose(), secret);
    }
}

#[test]
fn batches_are_gathered_and_what_is_missing_is_said() {
    let whole = read(&[part_of(2, 1, -7), part_of(2, 0, -7), part_of(1, 0, 5)]);
    assert_eq!((whole.accounts.len(), whole.skipped.len()), (3, 0));

    let part = read(&[
        part_of(4, 2, 1),
        part_of(4, 0, 1),
        part_of(2, 0, 2),
        part_of(4, 2, 1),
    ]);
    assert_eq!(part.accounts.len(), 3);
    let names: Vec<_> = part.skipped.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        ["here", "QR code 2 of 4", "QR code 4 of 4", "QR code 2 of 2"]
    );
    assert_eq!(part.skipped[0].reason, "it was already read");
}

#[test]
fn damage_is_told_without_what_is_damaged() {
    let told = |link: &str| parse(link).err().unwrap().to_string();
    assert_eq!(told("otpauth-migration://offline"), "the link has no data");
    assert_eq!(
        told("otpauth-migration://offline?dat=x"),
        "the link has no data"
    );
    let not_base64 = "the link is damaged: its data is not base64";
    assert_eq!(told("otpauth-migration://offline?data=A"), not_base64);
    assert_eq!(told("otpauth-migration://offline?data=%ff*"), not_base64);
    let early = "the link is damaged: its data ends too early";
    assert_eq!(told("otpauth-migration://offline?data=XXXX"), early);
    let empty = link(&number(2, 1));
    assert_eq!(told(&empty), "the link has no account");
    for (size, index) in [(i64::MAX, 0), (-1, 0), (2, 2), (2, -1), (101, 1)] {
        assert!(matches!(parse(&part_of(size, index, 1)), Err(Error::Batch)));
    }
}

/// Returns the numeric fields of an account.
fn fields(kind: Kind, algorithm: Algorithm, eight: bool) -> Vec<Vec<u8>> {
    let algorithm = match algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    let (kind, counter) = match kind.counter() {
        Some(counter) => (1, counter.cast_signed()),
        None => (2, 0),
    };
    vec![
        number(4, algorithm),
        number(5, if eight { 2 } else { 1 }),
        number(6, kind),
        number(7, counter),
    ]
}

proptest::proptest! {
    #[test]
    fn what_is_written_is_read(
        secret in proptest::collection::vec(proptest::num::u8::ANY, 1..64),
        name in "[a-z@ü語]{1,12}",
        issuer in "[A-Z ü語]{0,12}",
        counter in proptest::option::of(0..u64::MAX / 2),
        algorithm in proptest::sample::select(vec![Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        eight in proptest::bool::ANY,
    ) {
        let period = mfa_core::account::Period::default();
        let kind = counter.map_or(Kind::Totp { period }, |counter| Kind::Hotp { counter });
        let issuer = issuer.trim();
        // Some apps repeat the issuer in front of the name.
        let long = if eight && !issuer.is_empty() { format!("{issuer}:{name}") } else { name.clone() };
        let message = account(&secret, &long, issuer, &fields(kind, algorithm, eight));
        let found = read(&[link(&message)]);
        let read = &found.accounts[0];
        proptest::prop_assert_eq!((&*read.issuer, &read.username), (issuer, &name));
        proptest::prop_assert_eq!((read.kind, read.algorithm), (kind, algorithm));
        proptest::prop_assert_eq!(read.digits.get(), if eight { 8 } else { 6 });
        proptest::prop_assert_eq!(read.secret.expose(), secret);
    }
}
