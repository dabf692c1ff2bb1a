//! The part of the page that is about one account. A page break never cuts it.

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use zeroize::Zeroizing;

use super::escaped;
use crate::failure::Failure;
use crate::{link, qr};

/// The widest QR code, in millimetres, that leaves room for another account beside it.
const MAX_MM: usize = 44;
/// The length of a group of the key.
const GROUP: usize = 4;

/// An account on the page.
pub(super) struct Card {
    pub(super) html: Zeroizing<String>,
    /// Whether it takes the whole width of the page.
    pub(super) is_wide: bool,
}

impl Card {
    /// Draws an account. The QR code is a link too: on a screen, an authenticator opens it.
    pub(super) fn new(entry: &Entry) -> Result<Self, Failure> {
        let account = &entry.account;
        let link = link::of(entry);
        let (code, width) = qr::svg(&link)?;
        let is_wide = width > MAX_MM;
        let key = Zeroizing::new(key(entry));
        let texts = [("issuer", &account.issuer), ("username", &account.username)];
        let texts = texts.iter().filter(|(_, text)| !text.is_empty());
        let texts: String = texts
            .map(|(class, text)| format!("<p class=\"{class}\"><bdi>{}</bdi></p>\n", escaped(text)))
            .collect();
        let notes = notes(entry);
        let notes = notes
            .iter()
            .map(|note| Zeroizing::new(format!("<p class=\"note\">{}</p>\n", **note)));
        let notes: Vec<_> = notes.collect();
        let class = if is_wide { "wide" } else { "half" };
        let link = Zeroizing::new(escaped(&link));
        let name = escaped(&account.name);
        let length = code.len() + link.len() + texts.len() + key.len() + name.len() + 4096;
        let mut html = Zeroizing::new(String::with_capacity(length));
        let parts: [&str; 13] = [
            "<article class=\"",
            class,
            "\">\n<a href=\"",
            &link,
            "\">",
            &code,
            "</a>\n<div>\n<h2><bdi>",
            &name,
            "</bdi></h2>\n",
            &texts,
            "<p class=\"key\">",
            &key,
            "</p>\n",
        ];
        parts.iter().for_each(|part| html.push_str(part));
        notes.iter().for_each(|note| html.push_str(note));
        html.push_str("</div>\n</article>\n");
        Ok(Self { html, is_wide })
    }
}

/// Returns the key in groups, as people type it. Apps for mOTP want it in hexadecimal digits.
fn key(entry: &Entry) -> String {
    let key = match entry.account.kind {
        Kind::Motp => entry.secret.to_hex(),
        _ => entry.secret.to_base32(),
    };
    let mut groups = String::with_capacity(key.len() * 2);
    for (index, c) in key.chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            groups.push(' ');
        }
        groups.push(c);
    }
    groups
}

/// Returns what a person has to know of an account whose codes are not the usual ones.
fn notes(entry: &Entry) -> Vec<Zeroizing<String>> {
    let account = &entry.account;
    let pin = || Zeroizing::new(escaped(entry.secret.expose_pin()));
    let mut notes: Vec<Zeroizing<String>> = Vec::new();
    match account.kind {
        Kind::Hotp { counter } => notes.push(Zeroizing::new(format!(
            "Counter-based (HOTP), counter {counter}. The counter moves on with each code: if codes were used since this \
             was made, generate codes until the service accepts one."
        ))),
        Kind::Steam => notes.push(text(
            "Steam Guard. Only some apps know it, such as Aegis and Ente Auth.",
        )),
        Kind::Motp => notes.push(Zeroizing::new(format!(
            "mOTP, PIN {}. Only some apps know it, such as Aegis.",
            *pin()
        ))),
        Kind::Yandex => notes.push(Zeroizing::new(format!(
            "Yandex, PIN {}. Only some apps know it, such as Aegis.",
            *pin()
        ))),
        Kind::Totp { .. } | Kind::Unknown => {}
    }
    let unusual = unusual(account.kind, account.algorithm, account.digits);
    if !unusual.is_empty() {
        let unusual = unusual.join(", ");
        notes.push(Zeroizing::new(format!(
            "If you type the key, also choose: {unusual}"
        )));
    }
    notes
}

fn text(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// Returns what an app does not assume of a key that is typed.
fn unusual(kind: Kind, algorithm: Algorithm, digits: Digits) -> Vec<String> {
    if kind.fixed().is_some() {
        return Vec::new();
    }
    let period = kind.period().filter(|period| *period != Period::default());
    let values = [
        kind.counter().map(|_| "counter-based".to_owned()),
        (algorithm != Algorithm::default()).then(|| algorithm.as_str().to_owned()),
        (digits != Digits::default()).then(|| format!("{} digits", digits.get())),
        period.map(|period| format!("period {} s", period.get())),
    ];
    values.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use mfa_core::{Account, AccountId, Secret};

    use super::*;

    fn entry(kind: Kind) -> Entry {
        let secret = Secret::from_bytes(b"12345678901".to_vec()).unwrap();
        let (algorithm, digits) = kind.fixed().unwrap_or_default();
        Entry {
            account: Account {
                name: "bank".into(),
                issuer: "Bank".into(),
                algorithm,
                digits,
                ..Account::new(AccountId::from_random([1; 16]), kind, 0)
            },
            secret: match kind.needs_pin() {
                true => secret.with_pin("1234").unwrap(),
                false => secret,
            },
        }
    }

    fn said(entry: &Entry) -> String {
        let notes = notes(entry);
        let notes: Vec<_> = notes.iter().map(|note| note.as_str()).collect();
        notes.join("\n")
    }

    #[test]
    fn the_key_is_in_groups_of_four() {
        let period = Period::default();
        assert_eq!(key(&entry(Kind::Totp { period })), "GEZD GNBV GY3T QOJQ GE");
        let hex = key(&entry(Kind::Motp));
        assert_eq!(hex, "3132 3334 3536 3738 3930 31");
    }

    #[test]
    fn only_what_is_unusual_is_said() {
        let period = Period::default();
        let mut usual = entry(Kind::Totp { period });
        assert_eq!(said(&usual), "");
        usual.account.kind = Kind::Totp {
            period: Period::new(60).unwrap(),
        };
        usual.account.digits = Digits::new(8).unwrap();
        usual.account.algorithm = Algorithm::Sha256;
        assert_eq!(
            said(&usual),
            "If you type the key, also choose: SHA256, 8 digits, period 60 s"
        );
        let counted = said(&entry(Kind::Hotp { counter: 7 }));
        assert!(counted.starts_with("Counter-based (HOTP), counter 7. The counter moves on"));
        assert!(counted.ends_with("also choose: counter-based"), "{counted}");
        assert!(said(&entry(Kind::Motp)).starts_with("mOTP, PIN 1234."));
        assert!(said(&entry(Kind::Yandex)).starts_with("Yandex, PIN 1234."));
        assert_eq!(said(&entry(Kind::Steam)).lines().count(), 1);
    }

    #[test]
    fn a_long_link_takes_the_width_of_the_page() {
        let mut long = entry(Kind::Hotp { counter: 7 });
        assert!(!Card::new(&long).unwrap().is_wide);
        long.account.username = "語".repeat(60);
        assert!(Card::new(&long).unwrap().is_wide);
    }
}
