//! The fields of an account to add, or the changes of an account.
//!
//! Only the given fields are set. The code that adds, imports or edits accounts uses this form, and this
//! module checks it. No error contains a given value.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::account::{self, Account, AccountId, Algorithm, Digits, Kind, Period};
use crate::item::Entry;
use crate::site::{self, MAX_DOMAINS, Site};
use crate::unlocked::Unlocked;
use crate::{Secret, naming, secret, uri};

/// The fields of an account to add, or the changes of an account. A new account needs `uri` or `secret`; a
/// change must have neither.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountChange {
    /// An `otpauth://` link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<Zeroizing<String>>,
    /// A secret in base32.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Zeroizing<String>>,
    /// The PIN of 4 to 16 digits for codes of the types `motp` and `yandex`. It belongs to `secret`; a link
    /// contains its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<Zeroizing<String>>,
    /// The name that a person types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The user name or e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The kind of code: `totp`, `hotp`, `steam`, `motp` or `yandex`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The hash function: `SHA1`, `SHA256` or `SHA512`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// The number of digits of a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<u32>,
    /// The number of seconds that a code is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u32>,
    /// The counter of the next code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<u64>,
    /// The tags that group accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The sites in whose logins a browser may fill in the codes, as names of hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
    /// Whether the account is at the top of menus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// The note of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The serial number of the linked device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// A fault of the fields of an account.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// There is neither a link nor a secret.
    #[error("the secret is missing")]
    NoSecret,
    /// There are both a link and a secret.
    #[error("a link and a secret cannot be combined: use only one of them")]
    LinkAndSecret,
    /// There is a PIN beside a link.
    #[error("the PIN must be part of the link")]
    PinBesideLink,
    /// There is a PIN, but codes of this type have none.
    #[error("codes of this type do not use a PIN")]
    NoPin,
    /// The type differs from that of the link.
    #[error("the type of the link differs from the given type")]
    OtherType,
    /// The secret or the type would change.
    #[error(
        "the secret and the type of an account cannot be changed: remove the account and add it again"
    )]
    Fixed,
    /// The algorithm or the length differs from the fixed one of this type.
    #[error("codes of type {kind} always have {length} characters and use {hash}")]
    NoChoice {
        /// The type.
        kind: &'static str,
        /// The length of its codes.
        length: u8,
        /// The name of its hash function.
        hash: &'static str,
    },
    /// A time-based account has a counter.
    #[error("this account is time-based: it has no counter")]
    TimeBased,
    /// A counter-based account has a period.
    #[error("this account is counter-based: it has no period")]
    CounterBased,
    /// A period or counter is given for a type with a fixed period.
    #[error("the codes of this type have a fixed period and no counter")]
    FixedPeriod,
    /// The link is invalid.
    #[error(transparent)]
    Link(#[from] uri::Error),
    /// The secret is invalid.
    #[error(transparent)]
    Secret(#[from] secret::Error),
    /// A domain is not the name of a host.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// A text or a number is invalid.
    #[error(transparent)]
    Account(#[from] account::Error),
}

/// The names and serials of the other accounts, which a new account must not have.
pub trait Others {
    /// Returns whether a name is taken, regardless of case.
    fn has_name(&self, name: &str) -> bool;

    /// Returns whether a serial is taken.
    fn has_serial(&self, serial: &str) -> bool;
}

impl Others for Unlocked {
    fn has_name(&self, name: &str) -> bool {
        Self::has_name(self, name)
    }

    fn has_serial(&self, serial: &str) -> bool {
        Self::has_serial(self, serial)
    }
}

impl AccountChange {
    /// Creates an account at the Unix time `now`. If no name is given, it chooses one that is not taken. If
    /// no serial is given, it takes one from the link, if the link contains it.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn create(&self, id: AccountId, now: u64, others: &impl Others) -> Result<Entry, Error> {
        let blank = |kind| Account::new(id, kind, now);
        let (account, secret) = match (&self.uri, &self.secret) {
            (Some(_), None) if self.pin.is_some() => return Err(Error::PinBesideLink),
            (Some(link), None) => {
                let link = uri::parse(link)?;
                if self.kind.is_some() && self.kind()?.as_str() != link.kind.as_str() {
                    return Err(Error::OtherType);
                }
                let account = Account {
                    issuer: link.issuer,
                    username: link.username,
                    algorithm: link.algorithm,
                    digits: link.digits,
                    ..blank(link.kind)
                };
                (account, link.secret)
            }
            (None, Some(secret)) => {
                let kind = self.kind()?;
                (blank(kind), self.secret(secret, kind)?)
            }
            (None, None) => return Err(Error::NoSecret),
            (Some(_), Some(_)) => return Err(Error::LinkAndSecret),
        };
        let mut account = self.apply(account)?;
        if account.name.is_empty() {
            let taken = |name: &str| others.has_name(name);
            account.name = naming::suggest(&account.issuer, &account.username, taken);
        }
        if self.serial.is_none()
            && let Some(serial) = naming::serial(&account.issuer, &account.username)
            && !others.has_serial(&serial)
        {
            account.serial = serial;
        }
        Ok(Entry {
            account: finish(account)?,
            secret,
        })
    }

    /// Returns the account after the change, at the Unix time `now`.
    ///
    /// # Errors
    /// [`Error::Fixed`] and others.
    pub fn change(&self, old: &Account, now: u64) -> Result<Account, Error> {
        let secret = self.uri.is_some() || self.secret.is_some() || self.pin.is_some();
        if secret || self.kind.is_some() {
            return Err(Error::Fixed);
        }
        let mut account = self.apply(old.clone())?;
        // A backup from the same second is older than this.
        account.modified = now.max(old.modified.saturating_add(1));
        finish(account)
    }

    /// Returns the fields of both. Fields of `self` win, except the link, the secret and the kind of code:
    /// there, fields of `other` win.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            uri: other.uri.or(self.uri),
            secret: other.secret.or(self.secret),
            pin: self.pin.or(other.pin),
            kind: other.kind.or(self.kind),
            name: self.name.or(other.name),
            issuer: self.issuer.or(other.issuer),
            username: self.username.or(other.username),
            algorithm: self.algorithm.or(other.algorithm),
            digits: self.digits.or(other.digits),
            period: self.period.or(other.period),
            counter: self.counter.or(other.counter),
            tags: self.tags.or(other.tags),
            domains: self.domains.or(other.domains),
            pinned: self.pinned.or(other.pinned),
            note: self.note.or(other.note),
            serial: self.serial.or(other.serial),
        }
    }

    fn kind(&self) -> Result<Kind, Error> {
        Ok(Kind::parse(self.kind.as_deref().unwrap_or("totp"))?)
    }

    fn secret(&self, base32: &str, kind: Kind) -> Result<Secret, Error> {
        let mut secret = Secret::from_base32(base32)?;
        if let Some(pin) = &self.pin {
            if !kind.needs_pin() {
                return Err(Error::NoPin);
            }
            secret = secret.with_pin(pin)?;
        }
        secret.check(kind)?;
        Ok(secret)
    }

    fn apply(&self, mut account: Account) -> Result<Account, Error> {
        let set = |place: &mut String, text: &Option<String>| {
            if let Some(text) = text {
                text.trim().clone_into(place);
            }
        };
        set(&mut account.name, &self.name);
        set(&mut account.issuer, &self.issuer);
        set(&mut account.username, &self.username);
        set(&mut account.note, &self.note);
        set(&mut account.serial, &self.serial);
        if let Some(tags) = &self.tags {
            account.tags = tags.iter().map(|tag| tag.trim().to_owned()).collect();
            account.tags.retain(|tag| !tag.is_empty());
        }
        if let Some(domains) = &self.domains {
            account.domains = sites(domains)?;
        }
        account.pinned = self.pinned.unwrap_or(account.pinned);
        self.apply_parameters(&mut account)?;
        account.kind = self.moving(account.kind)?;
        Ok(account)
    }

    fn apply_parameters(&self, account: &mut Account) -> Result<(), Error> {
        let Some((algorithm, digits)) = account.kind.fixed() else {
            if let Some(algorithm) = &self.algorithm {
                account.algorithm = Algorithm::parse(algorithm)?;
            }
            if let Some(digits) = self.digits {
                account.digits = Digits::new(digits.into())?;
            }
            return Ok(());
        };
        // A program that reads exports gives all parameters, including the fixed ones.
        let (hash, length) = (account.kind.hash(algorithm), digits.get());
        let same_length = self.digits.is_none_or(|digits| digits == u32::from(length));
        let named = self.algorithm.as_ref();
        if !same_length || named.is_some_and(|name| !name.eq_ignore_ascii_case(hash)) {
            let kind = account.kind.as_str();
            return Err(Error::NoChoice { kind, length, hash });
        }
        (account.algorithm, account.digits) = (algorithm, digits);
        Ok(())
    }

    fn moving(&self, kind: Kind) -> Result<Kind, Error> {
        match (kind, self.period, self.counter) {
            (Kind::Totp { .. }, Some(period), None) => {
                let period = Period::new(period.into())?;
                Ok(Kind::Totp { period })
            }
            (Kind::Hotp { .. }, None, Some(counter)) => Ok(Kind::Hotp { counter }),
            (kind, None, None) => Ok(kind),
            (Kind::Totp { .. }, ..) => Err(Error::TimeBased),
            (Kind::Hotp { .. }, ..) => Err(Error::CounterBased),
            _ => Err(Error::FixedPeriod),
        }
    }
}

/// Reads domains, each of them once. An empty one is none, so that it can stand for an empty list.
fn sites(domains: &[String]) -> Result<Vec<Site>, Error> {
    let mut sites = Vec::new();
    let domains = domains.iter().map(|domain| domain.trim());
    for domain in domains.filter(|domain| !domain.is_empty()) {
        let site = Site::parse(domain)?;
        if !sites.contains(&site) {
            sites.push(site);
        }
        if sites.len() > MAX_DOMAINS {
            return Err(account::Error::TooManyDomains.into());
        }
    }
    Ok(sites)
}

/// Completes and checks an account.
fn finish(account: Account) -> Result<Account, Error> {
    let mut account = account.fit_for_xml();
    if account.issuer.is_empty() && account.username.is_empty() {
        // A link needs a label.
        account.issuer.clone_from(&account.name);
    }
    account.validate()?;
    Ok(account)
}

#[cfg(test)]
mod tests;
