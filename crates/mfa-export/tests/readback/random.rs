//! Random accounts, with all that an account can have.

use std::ops::Range;

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, Secret, site};
use proptest::prelude::*;

/// Returns texts as people write them, with characters that files have to escape.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let word = "[A-Za-z0-9äß語🔑%&#+?=/:,;<>'\"\\\\@._-]{1,12}";
    proptest::collection::vec(word, 1..3).prop_map(|words| words.join(" "))
}

fn kind() -> impl Strategy<Value = Kind> {
    let usual = prop_oneof![Just(10), Just(30), Just(60), 1..=86_400_u64];
    let totp = usual.prop_map(|period| Kind::Totp {
        period: Period::new(period).unwrap(),
    });
    let hotp = prop_oneof![0..10_u64, 0..=u64::from(u32::MAX)];
    prop_oneof![
        4 => totp,
        2 => hotp.prop_map(|counter| Kind::Hotp { counter }),
        1 => Just(Kind::Steam),
        1 => Just(Kind::Motp),
        1 => Just(Kind::Yandex),
    ]
}

fn parameters() -> impl Strategy<Value = (Kind, Algorithm, Digits)> {
    let algorithm = prop_oneof![
        Just(Algorithm::Sha1),
        Just(Algorithm::Sha256),
        Just(Algorithm::Sha512)
    ];
    let digits = (5..=9_u64).prop_map(|digits| Digits::new(digits).unwrap());
    (kind(), algorithm, digits).prop_map(|(kind, algorithm, digits)| {
        let (algorithm, digits) = kind.fixed().unwrap_or((algorithm, digits));
        (kind, algorithm, digits)
    })
}

/// Returns a secret, with a PIN that depends on it where the kind needs one.
pub(crate) fn secret(kind: Kind, mut bytes: Vec<u8>) -> Secret {
    if kind == Kind::Yandex {
        // It has 16 bytes at least.
        bytes.resize(bytes.len().max(16), 7);
    }
    let pin = bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>() % 10_000;
    let secret = Secret::from_bytes(bytes).unwrap();
    match kind.needs_pin() {
        true => secret.with_pin(&format!("{pin:04}")).unwrap(),
        false => secret,
    }
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    let names = (
        "[a-z][a-z0-9]{3,9}",
        prop_oneof![4 => text(), 1 => Just(String::new())],
        prop_oneof![Just(String::new()), text()],
    );
    let more = (
        proptest::collection::btree_set("[A-Za-z ü,;]{0,5}[A-Za-z]", 0..4),
        any::<bool>(),
        prop_oneof![
            Just(String::new()),
            text().prop_map(|note| format!("{note}\nend"))
        ],
        prop_oneof![Just(String::new()), "[a-z:/0-9]{1,20}"],
        proptest::collection::vec("[a-z]{1,5}\\.example", 0..3),
        prop_oneof![2 => Just(None), 1 => text().prop_map(Some)],
        1_600_000_000..1_800_000_000_u64,
    );
    // AWS and others use 10 bytes, some as few as five.
    let bytes = proptest::collection::vec(any::<u8>(), 5..40);
    (parameters(), names, more, bytes, any::<[u8; 16]>()).prop_map(
        |((kind, algorithm, digits), (name, issuer, username), more, bytes, id)| {
            let (tags, pinned, note, serial, domains, newer, modified) = more;
            let newer = newer.map(|text| ("of a newer version".to_owned(), text.into()));
            Entry {
                account: Account {
                    name,
                    issuer,
                    username,
                    algorithm,
                    digits,
                    tags: tags.into_iter().map(|tag| tag.trim().to_owned()).collect(),
                    pinned,
                    note,
                    serial,
                    domains: site::known(domains.iter().map(String::as_str)),
                    modified,
                    more: newer.into_iter().collect(),
                    ..Account::new(AccountId::from_random(id), kind, 1_700_000_000)
                },
                secret: secret(kind, bytes),
            }
        },
    )
}

pub(crate) fn entries(count: Range<usize>) -> impl Strategy<Value = Vec<Entry>> {
    // Readers remove the issuer from a user name that begins with it, or what looks like one before a colon.
    let is_plain = |entry: &Entry| match &*entry.account.issuer {
        "" => !entry.account.username.is_empty() && !entry.account.username.contains(':'),
        issuer => !entry.account.username.starts_with(issuer),
    };
    proptest::collection::vec(
        entry().prop_filter("an issuer in a user name", is_plain),
        count,
    )
}
