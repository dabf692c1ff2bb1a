//! The attributes from which KeePass 2 itself makes codes: it does not read `otp`
//! (<https://keepass.info/help/base/placeholders.html#otp>).
//!
//! | code | attributes |
//! |---|---|
//! | time-based | `TimeOtp-Secret-Base32`, `TimeOtp-Length`, `TimeOtp-Period`, `TimeOtp-Algorithm` |
//! | counter-based | `HmacOtp-Secret-Base32`, `HmacOtp-Counter` |
//!
//! An account whose codes KeePass 2 would make otherwise gets none of them. The secret stands in the entry twice then, so
//! only a backup gets them, and only if somebody wants that. Where they are, they follow each change of the codes: an
//! attribute with the old secret would make wrong codes, and keep a secret that is gone. A secret that the link never had
//! is another one, which somebody has put there: it stays as it is.

use data_encoding::BASE64;
use keepass::Database;
use keepass::db::{self, EntryId, EntryMut, Value};
use mfa_core::Secret;
use mfa_core::account::{Algorithm, Digits, Kind};
use mfa_core::item::Entry;
use zeroize::Zeroizing;

/// The largest number of digits of a code.
const MAX_DIGITS: u8 = 8;
/// The beginnings of the names of the attributes.
pub(crate) const TIMED: &str = "TimeOtp-";
pub(crate) const COUNTED: &str = "HmacOtp-";
const PREFIXES: [&str; 2] = [TIMED, COUNTED];

/// Adds the attributes to the entry of an account. Returns whether KeePass 2 can make its codes.
pub fn add(database: &mut Database, Entry { account, secret }: &Entry) -> bool {
    let (prefix, numbers) = match account.kind {
        Kind::Totp { period } if account.digits.get() <= MAX_DIGITS => {
            let numbers = [
                ("Length", account.digits.get().to_string()),
                ("Period", period.get().to_string()),
                ("Algorithm", algorithm(account.algorithm).to_owned()),
            ];
            (TIMED, numbers.to_vec())
        }
        // It knows no other ones.
        Kind::Hotp { counter }
            if (account.algorithm, account.digits) == (Algorithm::Sha1, Digits::default()) =>
        {
            (COUNTED, vec![("Counter", counter.to_string())])
        }
        _ => return false,
    };
    let id = EntryId::from_uuid(uuid::Uuid::from_bytes(account.id.to_bytes()));
    let Some(mut entry) = database.entry_mut(id) else {
        return false;
    };
    if holds(&entry, prefix, &[secret]) == Holds::Another {
        return false;
    }
    let base32 = secret.to_base32();
    let secret = Value::protected(base32.as_str());
    entry.set(format!("{prefix}Secret-Base32"), secret);
    for (name, value) in numbers {
        entry.set_unprotected(format!("{prefix}{name}"), value);
    }
    true
}

/// Removes the attributes that hold one of these secrets, which the link of the entry has or had. Returns whether there
/// were any. Those with another secret are no copy of it, and stay.
pub(crate) fn remove(entry: &mut EntryMut<'_>, secrets: &[&Secret]) -> bool {
    let is_copy = |prefix: &&&str| holds(entry, prefix, secrets) == Holds::Copy;
    let copies: Vec<_> = PREFIXES.iter().filter(is_copy).collect();
    let is_of_copy = |name: &str| copies.iter().any(|prefix| name.starts_with(**prefix));
    entry.fields.retain(|name, _| !is_of_copy(name));
    !copies.is_empty()
}

/// Returns whether an entry has attributes with another secret than this one, which its link has.
pub(crate) fn has_another_secret(entry: &db::Entry, secret: Option<&Secret>) -> bool {
    let secrets = secret.as_slice();
    let mut all = PREFIXES.iter();
    all.any(|prefix| holds(entry, prefix, secrets) == Holds::Another)
}

/// Returns whether a field is such an attribute, in any of its forms.
pub(crate) fn is_attribute(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Returns whether an entry has such a secret, whether it can be read or not.
pub(crate) fn has_secret(entry: &db::Entry) -> bool {
    let mut all = PREFIXES.iter();
    all.any(|prefix| secret(entry, prefix).is_some())
}

/// Returns the secret of the attributes with one beginning, if there is one and it can be read.
pub(crate) fn secret(entry: &db::Entry, prefix: &str) -> Option<Option<Secret>> {
    let (decode, text) = all_of(entry, prefix).next()?;
    Some(decode(text).and_then(|bytes| Secret::from_bytes(bytes).ok()))
}

/// Returns the secrets of the attributes with one beginning, in all their forms.
fn all_of<'e>(entry: &'e db::Entry, prefix: &str) -> impl Iterator<Item = (Decode, &'e str)> {
    FORMS.into_iter().filter_map(move |(form, decode)| {
        let text = entry.get(&format!("{prefix}Secret{form}"))?.trim();
        (!text.is_empty()).then_some((decode, text))
    })
}

/// What the attributes with one beginning hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// No secret.
    Nothing,
    /// One of the secrets that are known.
    Copy,
    /// Another secret, or one that cannot be read.
    Another,
}

fn holds(entry: &db::Entry, prefix: &str, secrets: &[&Secret]) -> Holds {
    let mut found = Holds::Nothing;
    for (decode, text) in all_of(entry, prefix) {
        let bytes = decode(text).map(Zeroizing::new);
        let is_known = |bytes: &[u8]| secrets.iter().any(|secret| secret.expose() == bytes);
        if !bytes.is_some_and(|bytes| is_known(&bytes)) {
            return Holds::Another;
        }
        found = Holds::Copy;
    }
    found
}

/// How a secret may be written: the end of the name of its attribute, and how it is read.
type Form = (&'static str, Decode);
type Decode = fn(&str) -> Option<Vec<u8>>;

const FORMS: [Form; 4] = [
    ("", |text| Some(text.as_bytes().to_vec())),
    ("-Hex", |text| {
        let secret = Secret::from_hex(text).ok()?;
        Some(secret.expose().to_vec())
    }),
    ("-Base32", |text| {
        let secret = Secret::from_base32(text).ok()?;
        Some(secret.expose().to_vec())
    }),
    ("-Base64", |text| BASE64.decode(text.as_bytes()).ok()),
];

/// Returns the name of a hash function in KeePass 2.
fn algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha1 => "HMAC-SHA-1",
        Algorithm::Sha256 => "HMAC-SHA-256",
        Algorithm::Sha512 => "HMAC-SHA-512",
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Period;
    use mfa_core::{Account, AccountId};

    use super::*;

    /// Returns the attributes for KeePass 2 of an account, in the order of their names.
    fn attributes(kind: Kind, algorithm: Algorithm, digits: u64) -> Vec<(String, String)> {
        let entry = Entry {
            account: Account {
                name: "bank".into(),
                issuer: "Bank".into(),
                algorithm,
                digits: Digits::new(digits).unwrap(),
                ..Account::new(AccountId::from_random([7; 16]), kind, 0)
            },
            secret: Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap(),
        };
        let mut database = crate::create();
        crate::entry::write(&mut database, &entry);
        let is_added = add(&mut database, &entry);
        let stored = database.entry(crate::entry::id(entry.account.id)).unwrap();
        let ours = |name: &str| name.starts_with("TimeOtp-") || name.starts_with("HmacOtp-");
        let names = stored.fields.keys().filter(|name| ours(name));
        let mut found: Vec<_> = names
            .map(|name| (name.clone(), stored.get(name).unwrap().to_owned()))
            .collect();
        found.sort();
        assert_eq!(is_added, !found.is_empty());
        for (name, value) in &stored.fields {
            assert_eq!(
                value.is_protected(),
                name.ends_with("Base32") || name == "otp",
                "{name}"
            );
        }
        let read = crate::entry::read(entry.account.id, &stored).unwrap();
        assert_eq!(read.account, entry.account);
        found
    }

    fn expected(lines: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        lines.iter().map(owned).collect()
    }

    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn keepass_2_finds_what_it_needs() {
        let period = Period::new(60).unwrap();
        let totp = Kind::Totp { period };
        assert_eq!(
            attributes(totp, Algorithm::Sha512, 8),
            expected(&[
                ("TimeOtp-Algorithm", "HMAC-SHA-512"),
                ("TimeOtp-Length", "8"),
                ("TimeOtp-Period", "60"),
                ("TimeOtp-Secret-Base32", SECRET),
            ])
        );
        assert_eq!(
            attributes(Kind::Hotp { counter: 7 }, Algorithm::Sha1, 6),
            expected(&[("HmacOtp-Counter", "7"), ("HmacOtp-Secret-Base32", SECRET),])
        );
    }

    #[test]
    fn codes_that_it_would_make_otherwise_are_left_to_others() {
        let period = Period::default();
        let hotp = Kind::Hotp { counter: 7 };
        for (kind, algorithm, digits) in [
            (Kind::Totp { period }, Algorithm::Sha1, 9),
            (hotp, Algorithm::Sha1, 8),
            (hotp, Algorithm::Sha256, 6),
            (Kind::Steam, Algorithm::Sha1, 5),
        ] {
            assert!(attributes(kind, algorithm, digits).is_empty());
        }
    }
}
