//! The plain backup of Stratum, formerly Authenticator Pro
//! (<https://github.com/stratumauth/app/blob/master/doc/BACKUP_FORMAT.md>). The app refuses other numbers of digits and
//! other PINs, gives up at an account without an issuer, and knows an account by its secret.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use mfa_core::Account;
use mfa_core::account::{Algorithm, Kind};
use mfa_core::item::Entry;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::{self, Count, Holds, Report};
use crate::json;
use crate::names::some;

/// A backup of Stratum.
pub(super) struct Stratum;

/// The largest number of digits of counter-based codes.
const HOTP_DIGITS: u8 = 8;
/// The length of a PIN of mOTP.
const MOTP_PIN: usize = 4;

impl Format for Stratum {
    fn name(&self) -> &'static str {
        "stratum"
    }

    fn title(&self) -> &'static str {
        "a plain Stratum backup (Authenticator Pro)"
    }

    fn holds(&self) -> Holds {
        Holds {
            digits: &[6, 7, 8, 9],
            no_issuer: false,
            tags: Count::Many,
            ..Holds::only(&["totp", "hotp", "steam", "motp", "yandex"])
        }
    }

    fn report(&self, accounts: &[Account]) -> Report {
        holds::report(&self.holds(), accounts, |account| {
            let too_many = account.kind.counter().is_some() && account.digits.get() > HOTP_DIGITS;
            let reason = "the format cannot hold counter-based codes of more than 8 digits";
            too_many.then(|| reason.to_owned())
        })
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        check(entries)?;
        let categories: BTreeMap<&str, String> = entries
            .iter()
            .flat_map(|entry| &entry.account.tags)
            .map(|tag| (tag.as_str(), id(tag)))
            .collect();
        let links = entries.iter().flat_map(|entry| {
            let link = |tag: &String| {
                json!({
                    "CategoryId": id(tag),
                    "AuthenticatorSecret": secret(entry).as_str(),
                    "Ranking": 0,
                })
            };
            entry.account.tags.iter().map(link)
        });
        let category = |(name, id)| json!({"Id": id, "Name": name, "Ranking": 0});
        json::print(&json!({
            "Authenticators": entries.iter().map(item).collect::<Vec<_>>(),
            "Categories": categories.iter().map(category).collect::<Vec<_>>(),
            "AuthenticatorCategories": links.collect::<Vec<_>>(),
            "CustomIcons": [],
        }))
    }
}

/// Checks what only the secrets tell.
fn check(entries: &[Entry]) -> Result<(), Failure> {
    let mut secrets = HashMap::new();
    for entry in entries {
        let is_motp = entry.account.kind == Kind::Motp;
        let name = &entry.account.name;
        if let Some(other) = secrets.insert((is_motp, entry.secret.expose()), name) {
            return Err(Failure::Twice(other.clone(), name.clone()));
        }
        let pin = entry.secret.expose_pin();
        if is_motp && pin.len() != MOTP_PIN {
            return Err(Failure::Pin(name.clone()));
        }
    }
    Ok(())
}

/// Returns the id of a category, which the app makes from its name.
fn id(category: &str) -> String {
    let hash = HEXLOWER.encode(&Sha1::digest(category));
    hash[..8].to_owned()
}

fn secret(entry: &Entry) -> Zeroizing<String> {
    match entry.account.kind {
        Kind::Motp => entry.secret.to_hex(),
        _ => entry.secret.to_base32(),
    }
}

fn item(entry: &Entry) -> Value {
    let account = &entry.account;
    let kind = match account.kind {
        Kind::Hotp { .. } => 1,
        Kind::Motp => 3,
        Kind::Steam => 4,
        Kind::Yandex => 5,
        Kind::Totp { .. } | Kind::Unknown => 2,
    };
    let algorithm = match account.algorithm {
        Algorithm::Sha1 => 0,
        Algorithm::Sha256 => 1,
        Algorithm::Sha512 => 2,
    };
    json!({
        "Type": kind,
        "Icon": null,
        "Issuer": some(&account.issuer).unwrap_or(&account.name),
        "Username": account.username,
        "Secret": secret(entry).as_str(),
        "Pin": some(entry.secret.expose_pin()),
        "Algorithm": algorithm,
        "Digits": account.digits.get(),
        "Period": account.kind.period().unwrap_or_default().get(),
        "Counter": account.kind.counter().unwrap_or(0),
        "CopyCount": 0,
        "Ranking": 0,
    })
}

#[cfg(test)]
mod tests {
    use mfa_core::{AccountId, Secret};

    use super::*;

    fn entry(name: &str, kind: Kind, secret: Secret) -> Entry {
        let account = Account {
            name: name.to_owned(),
            ..Account::new(AccountId::from_random([1; 16]), kind, 0)
        };
        Entry { account, secret }
    }

    #[test]
    fn what_only_the_secrets_tell_is_refused_with_the_names() {
        let secret = || Secret::from_bytes(vec![7; 16]).unwrap();
        let totp = Kind::Totp {
            period: Default::default(),
        };
        let entries = [entry("aws", totp, secret()), entry("copy", totp, secret())];
        let refused = check(&entries).unwrap_err().to_string();
        assert!(refused.contains("“aws” and “copy”"), "{refused}");
        let long = secret().with_pin("12345").unwrap();
        let refused = check(&[entry("door", Kind::Motp, long)]).unwrap_err();
        assert!(refused.to_string().contains("“door”"), "{refused}");
        let fits = secret().with_pin("1234").unwrap();
        let entries = [
            entry("door", Kind::Motp, fits),
            entry("aws", totp, secret()),
        ];
        assert!(check(&entries).is_ok(), "another kind of code");
    }

    #[test]
    fn a_category_has_the_first_half_of_a_word_of_its_hash() {
        // printf Work | sha1sum
        assert_eq!(id("Work"), "00040bab");
    }
}
