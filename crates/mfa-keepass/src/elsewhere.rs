//! Codes that an entry has elsewhere than in its link: as KeePassXC and plugins kept them once, or as KeePass 2 does.
//!
//! | attributes | codes |
//! |---|---|
//! | `TOTP Seed`, `TOTP Settings` | time-based: `30;6`; those of Steam: `30;S` |
//! | `TimeOtp-…`, `HmacOtp-…` | as in [`keepass2`] |
//!
//! A restore reads them, because a backup by another program may have no others. A vault file and a file that accounts are
//! synchronised with keep them as they are: there, an account is its link.

use keepass::db::{self, fields};
use mfa_core::Secret;
use mfa_core::account::{Algorithm, Digits, Kind, MAX_FIELD, Period};
use mfa_core::uri::Link;

use crate::keepass2;

const SEED: &str = "TOTP Seed";
const SETTINGS: &str = "TOTP Settings";

/// Returns whether an entry has codes elsewhere, whether they can be read or not.
pub(crate) fn is_there(entry: &db::Entry) -> bool {
    get(entry, SEED).is_some() || keepass2::has_secret(entry)
}

/// Returns whether an entry has an older secret of KeePassXC that is another one.
pub(crate) fn has_another_seed(entry: &db::Entry, secret: Option<&Secret>) -> bool {
    get(entry, SEED).is_some_and(|seed| {
        let seed = Secret::from_base32(seed).ok();
        let is_same = seed.zip(secret).map(|(one, other)| one.same_as(other));
        is_same != Some(true)
    })
}

/// Returns the codes as a link has them, with the title as the issuer, or `None` if they cannot be read.
pub(crate) fn link(entry: &db::Entry) -> Option<Link> {
    let text = |field| {
        let text = get(entry, field).unwrap_or_default();
        text.chars().take(MAX_FIELD).collect()
    };
    let link = match get(entry, SEED) {
        Some(seed) => of_seed(seed, get(entry, SETTINGS).unwrap_or_default())?,
        None => of_keepass2(entry)?,
    };
    Some(Link {
        issuer: text(fields::TITLE),
        username: text(fields::USERNAME),
        ..link
    })
}

fn get<'e>(entry: &'e db::Entry, field: &str) -> Option<&'e str> {
    let text = entry.get(field).map(str::trim);
    text.filter(|text| !text.is_empty())
}

fn of_seed(seed: &str, settings: &str) -> Option<Link> {
    let mut settings = settings.split(';').map(str::trim);
    let period = period(settings.next())?;
    let secret = Secret::from_base32(seed).ok()?;
    let digits = settings.next();
    if digits.is_some_and(|digits| digits.eq_ignore_ascii_case("s")) {
        return Some(of(Kind::Steam, secret));
    }
    Some(Link {
        digits: self::digits(digits)?,
        ..of(Kind::Totp { period }, secret)
    })
}

fn of_keepass2(entry: &db::Entry) -> Option<Link> {
    if let Some(secret) = keepass2::secret(entry, keepass2::TIMED) {
        let period = period(get(entry, "TimeOtp-Period"))?;
        let algorithm = match get(entry, "TimeOtp-Algorithm") {
            Some(name) => Algorithm::parse(name).ok()?,
            None => Algorithm::Sha1,
        };
        return Some(Link {
            algorithm,
            digits: digits(get(entry, "TimeOtp-Length"))?,
            ..of(Kind::Totp { period }, secret?)
        });
    }
    let secret = keepass2::secret(entry, keepass2::COUNTED)??;
    let counter = match get(entry, "HmacOtp-Counter") {
        Some(counter) => counter.parse().ok()?,
        None => 0,
    };
    Some(of(Kind::Hotp { counter }, secret))
}

fn of(kind: Kind, secret: Secret) -> Link {
    let (algorithm, digits) = kind.fixed().unwrap_or_default();
    Link {
        issuer: String::new(),
        username: String::new(),
        kind,
        algorithm,
        digits,
        secret,
    }
}

fn period(text: Option<&str>) -> Option<Period> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => Period::new(text.parse().ok()?).ok(),
        None => Some(Period::default()),
    }
}

fn digits(text: Option<&str>) -> Option<Digits> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => Digits::new(text.parse().ok()?).ok(),
        None => Some(Digits::default()),
    }
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;

    use crate::entry;

    type Codes = (&'static str, u64, u64, &'static str, usize);

    /// Returns the kind, the period or the counter, the digits, the hash function and the length of the secret.
    fn read(attributes: &[(&str, &str)]) -> Option<Codes> {
        let id = AccountId::from_random([7; 16]);
        let mut database = crate::create();
        let mut root = database.root_mut();
        let mut new = root.add_entry_with_id(entry::id(id)).unwrap();
        new.set_unprotected("Title", "Bank");
        new.set_unprotected("UserName", "jane");
        for (name, value) in attributes {
            new.set_protected(*name, *value);
        }
        let found = database.entry(entry::id(id)).unwrap();
        assert!(entry::has_codes(&found));
        assert!(entry::read(id, &found).is_none(), "{attributes:?}");
        let read = entry::read_any(id, &found)?;
        assert!(!entry::has_another_secret_than(&found, &read.secret));
        let account = read.account;
        let texts = [&*account.name, &*account.issuer, &*account.username];
        assert_eq!(texts, ["Bank", "Bank", "jane"]);
        let (kind, algorithm) = (account.kind, account.algorithm.as_str());
        let period = kind.period().map(mfa_core::account::Period::get);
        let number = period.or(kind.counter()).unwrap();
        let digits = account.digits.get().into();
        Some((
            kind.as_str(),
            number,
            digits,
            algorithm,
            read.secret.expose().len(),
        ))
    }

    #[test]
    fn codes_of_older_and_other_programs_are_read() {
        let seed = ("TOTP Seed", "JBSW Y3DP EHPK 3PXP");
        let settings = |text| read(&[seed, ("TOTP Settings", text)]);
        assert_eq!(read(&[seed]), Some(("totp", 30, 6, "SHA1", 10)));
        assert_eq!(settings("60;8"), Some(("totp", 60, 8, "SHA1", 10)));
        assert_eq!(settings("30;S"), Some(("steam", 30, 5, "SHA1", 10)));
        let timed = [
            ("TimeOtp-Secret-Hex", "00ff00ff00ff00ff00ff"),
            ("TimeOtp-Algorithm", "HMAC-SHA-512"),
            ("TimeOtp-Length", "7"),
            ("TimeOtp-Period", "60"),
        ];
        assert_eq!(read(&timed), Some(("totp", 60, 7, "SHA512", 10)));
        let counted = [
            ("HmacOtp-Secret", "12345678901234567890"),
            ("HmacOtp-Counter", "9"),
        ];
        assert_eq!(read(&counted), Some(("hotp", 9, 6, "SHA1", 20)));
        for unreadable in ["0;6", "30;40", "x", "30;six"] {
            assert_eq!(settings(unreadable), None, "{unreadable}");
        }
        assert_eq!(read(&[("TOTP Seed", "0189")]), None);
        assert_eq!(read(&[("TimeOtp-Secret-Hex", "zz")]), None);
    }
}
