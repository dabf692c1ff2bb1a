//! An account as a format describes it, before it is checked.

use std::borrow::Cow;

use mfa_core::account::{self, Algorithm, Digits, Kind, Period};
use mfa_core::secret::{self, Secret};
use mfa_core::site::{self, Site};
use mfa_core::uri;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

use crate::document::Number;
use crate::found::{Found, Imported};
use crate::{links, text};

/// An account as a format describes it. A field that the file does not contain has its default.
#[derive(Default)]
pub(crate) struct Draft<'f> {
    pub(crate) kind: Type,
    pub(crate) issuer: &'f str,
    pub(crate) username: &'f str,
    pub(crate) name: &'f str,
    pub(crate) secret: Coded<'f>,
    /// The PIN, for codes that require one.
    pub(crate) pin: &'f str,
    pub(crate) algorithm: &'f str,
    pub(crate) digits: Number,
    pub(crate) period: Number,
    pub(crate) counter: Number,
    pub(crate) tags: Vec<String>,
    pub(crate) domains: Vec<Site>,
    pub(crate) note: &'f str,
    pub(crate) pinned: bool,
    /// The reason to skip the entry, whatever else it contains.
    pub(crate) unwanted: Option<&'static str>,
}

/// Kind of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Type {
    #[default]
    Totp,
    Hotp,
    Steam,
    Motp,
    Yandex,
    Unknown,
}

/// A secret as the file writes it.
pub(crate) enum Coded<'f> {
    Base32(Cow<'f, str>),
    Bytes(Vec<u8>),
    /// The secret cannot be decoded, for this reason.
    Bad(Reason),
}

/// The reason why an account cannot be used. It never contains anything from the account.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Reason {
    #[error(
        "codes of this type require a PIN, but the file has none: add the account by hand, with a link that contains &pin=PIN"
    )]
    NoPin,
    #[error("its period or number of digits does not fit its type")]
    Unusual,
    #[error("its type is unknown")]
    Type,
    #[error("its secret is not {0}")]
    Code(&'static str),
    #[error("its secret cannot be decrypted")]
    Sealed,
    #[error("it is encrypted with a different password")]
    OtherPassword,
    #[error("its counter is not a whole number")]
    Counter,
    #[error(transparent)]
    Range(#[from] account::Error),
    #[error(transparent)]
    Secret(#[from] secret::Error),
    #[error(transparent)]
    Link(#[from] uri::Error),
    #[error("{0}")]
    Unwanted(&'static str),
}

/// The reason why an entry in the trash is skipped.
pub(crate) const TRASHED: &str = "it was in the trash";

/// The beginning of the addresses that count: anybody on the way can be the site that another address names.
const HTTPS: &str = "https://";

impl Default for Coded<'_> {
    fn default() -> Self {
        Self::Base32(Cow::Borrowed(""))
    }
}

impl<'f> Coded<'f> {
    pub(crate) fn base32(text: &'f str) -> Self {
        Self::Base32(Cow::Borrowed(text))
    }

    /// Reads a secret as most apps write it: hexadecimal for mOTP, base32 for all other types.
    pub(crate) fn of(kind: Type, text: &'f str) -> Self {
        match kind {
            Type::Motp => Self::bytes(text::hex(text), "hexadecimal"),
            _ => Self::base32(text),
        }
    }

    /// Wraps bytes. `None` means that the secret is not in the encoding that `code` names.
    pub(crate) fn bytes(bytes: Option<Vec<u8>>, code: &'static str) -> Self {
        bytes.map_or(Self::Bad(Reason::Code(code)), Self::Bytes)
    }
}

impl Type {
    /// Reads the name of a type, in any case.
    pub(crate) fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "totp" => Self::Totp,
            "hotp" => Self::Hotp,
            "steam" => Self::Steam,
            "motp" => Self::Motp,
            "yandex" | "yaotp" => Self::Yandex,
            _ => Self::Unknown,
        }
    }

    /// Returns Steam if a format marks Steam accounts only by the issuer.
    pub(crate) fn or_steam(self, issuer: &str, digits: Number) -> Self {
        let known = matches!(digits, Number::Missing | Number::Whole(5));
        if self == Self::Totp && issuer.eq_ignore_ascii_case("steam") && known {
            return Self::Steam;
        }
        self
    }
}

impl Draft<'_> {
    fn check(&self) -> Result<Imported, Reason> {
        if let Some(reason) = self.unwanted {
            return Err(Reason::Unwanted(reason));
        }
        let kind = self.kind()?;
        let (algorithm, digits) = match kind.fixed() {
            Some((_, digits)) if kind.needs_pin() && !self.is_usual(kind, digits) => {
                return Err(Reason::Unusual);
            }
            Some(fixed) => fixed,
            None => (self.algorithm()?, self.digits()?),
        };
        Ok(Imported {
            kind,
            issuer: self.issuer.trim().to_owned(),
            username: without_issuer(self.username, self.issuer).to_owned(),
            name: self.name.trim().to_owned(),
            secret: self.secret(kind)?,
            algorithm,
            digits,
            tags: self.tags.clone(),
            domains: self.domains.clone(),
            note: self.note.trim().to_owned(),
            pinned: self.pinned,
        })
    }

    fn kind(&self) -> Result<Kind, Reason> {
        match self.kind {
            Type::Totp => Ok(Kind::Totp {
                period: match self.period {
                    Number::Missing => Period::default(),
                    Number::Whole(period) => Period::new(period)?,
                    Number::Bad => return Err(account::Error::Period.into()),
                },
            }),
            Type::Hotp => Ok(Kind::Hotp {
                counter: match self.counter {
                    Number::Missing => 0,
                    Number::Whole(counter) => counter,
                    Number::Bad => return Err(Reason::Counter),
                },
            }),
            Type::Steam => Ok(Kind::Steam),
            Type::Motp => Ok(Kind::Motp),
            Type::Yandex => Ok(Kind::Yandex),
            Type::Unknown => Err(Reason::Type),
        }
    }

    /// Checks whether the file fits a kind with fixed settings. Some apps let users change them, which would
    /// give other codes.
    fn is_usual(&self, kind: Kind, digits: Digits) -> bool {
        let fits = |number, usual| matches!(number, Number::Missing) || number == usual;
        let period = kind.period().map_or(0, Period::get);
        fits(self.digits, Number::Whole(digits.get().into()))
            && fits(self.period, Number::Whole(period))
    }

    fn algorithm(&self) -> Result<Algorithm, account::Error> {
        if self.algorithm.is_empty() {
            return Ok(Algorithm::Sha1);
        }
        Algorithm::parse(self.algorithm)
    }

    fn digits(&self) -> Result<Digits, account::Error> {
        match self.digits {
            Number::Missing => Ok(Digits::default()),
            Number::Whole(digits) => Digits::new(digits),
            Number::Bad => Err(account::Error::Digits),
        }
    }

    fn secret(&self, kind: Kind) -> Result<Secret, Reason> {
        let mut secret = match &self.secret {
            Coded::Base32(text) => Secret::from_base32(text)?,
            Coded::Bytes(bytes) => Secret::from_bytes(bytes.clone())?,
            Coded::Bad(reason) => return Err(*reason),
        };
        if kind.needs_pin() {
            if self.pin.is_empty() {
                return Err(Reason::NoPin);
            }
            secret = secret.with_pin(self.pin)?;
        }
        secret.check(kind)?;
        Ok(secret)
    }

    /// Returns the name under which the entry is reported if it is skipped.
    fn label(&self, number: usize) -> String {
        let first = if self.issuer.trim().is_empty() {
            self.name
        } else {
            self.issuer
        };
        match (first.trim(), self.username.trim()) {
            ("", "") => format!("entry {number}"),
            ("", one) | (one, "") => one.to_owned(),
            (issuer, user) => format!("{issuer} ({user})"),
        }
    }

    /// Reads a link, or a bare secret. The fields of the draft fill in what the link does not contain.
    fn linked(&self, text: &str) -> Result<Imported, Reason> {
        if let Some(reason) = self.unwanted {
            return Err(Reason::Unwanted(reason));
        }
        if !links::is_one(text) {
            let (issuer, username) = (self.issuer, self.username);
            return Draft {
                secret: Coded::base32(text),
                issuer,
                username,
                ..Self::default()
            }
            .check();
        }
        let link = match uri::parse(text) {
            Err(uri::Error::NoLabel) => uri::parse(&labelled(text, self.issuer, self.username))?,
            link => link?,
        };
        let mut account = Imported::from(link);
        if account.issuer.is_empty() && account.username.is_empty() {
            account.issuer = self.issuer.trim().to_owned();
            account.username = self.username.trim().to_owned();
        }
        Ok(account)
    }
}

/// Returns the user name without the issuer in front of it.
fn without_issuer<'f>(username: &'f str, issuer: &str) -> &'f str {
    let issuer = issuer.trim();
    match username.trim().split_once(':') {
        Some((prefix, user)) if !issuer.is_empty() && prefix.trim() == issuer => user.trim(),
        _ => username.trim(),
    }
}

/// Returns the name of an entry, or an empty text if it equals the issuer.
pub(crate) fn other_name<'f>(name: &'f str, issuer: &str) -> &'f str {
    if name.trim() == issuer.trim() {
        ""
    } else {
        name.trim()
    }
}

/// Returns the sites of the addresses that a password manager keeps with an entry: its user has put them there. Links and
/// QR codes name no site, since they come from others.
pub(crate) fn sites<'f>(addresses: impl IntoIterator<Item = &'f str>) -> Vec<Site> {
    let is_safe = |address: &&str| {
        let scheme = address.trim_start().get(..HTTPS.len());
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(HTTPS))
    };
    let addresses = addresses.into_iter().filter(is_safe);
    let sites = addresses.filter_map(|address| Site::of_address(address).ok());
    let sites: Vec<_> = sites.collect();
    site::known(sites.iter().map(Site::as_str))
}

/// Returns the note that a password manager has with an entry, if the entry is there for codes alone. With a password, the
/// note is one on the login, and may have anything, such as other passwords.
pub(crate) fn note_on_codes<'f>(note: &'f str, password: &str) -> &'f str {
    if password.is_empty() { note } else { "" }
}

/// Adds a label to a link without one.
fn labelled(link: &str, issuer: &str, username: &str) -> String {
    let (head, query) = link.split_once('?').unwrap_or((link, ""));
    let encode = |text: &str| utf8_percent_encode(text.trim(), NON_ALPHANUMERIC).to_string();
    let (issuer, username) = (encode(issuer), encode(username));
    format!("{}/{issuer}:{username}?{query}", head.trim_end_matches('/'))
}

impl Found {
    /// Adds an account, or notes why it is skipped.
    pub(crate) fn add(&mut self, draft: &Draft<'_>) {
        self.take(draft, draft.check());
    }

    /// Adds an account that is a link or a bare secret. The draft supplies the names if the link has none,
    /// and the fields that links do not have. The issuer of the draft is the name of the entry.
    pub(crate) fn add_link(&mut self, text: &str, draft: &Draft<'_>) {
        let account = draft.linked(text).map(|account| Imported {
            name: match other_name(draft.issuer, &account.issuer) {
                name if name == account.username => String::new(),
                name => name.to_owned(),
            },
            tags: draft.tags.clone(),
            domains: draft.domains.clone(),
            note: draft.note.trim().to_owned(),
            pinned: draft.pinned,
            ..account
        });
        self.take(draft, account);
    }

    fn take(&mut self, draft: &Draft<'_>, account: Result<Imported, Reason>) {
        match account {
            Ok(account) => self.accounts.push(account),
            Err(reason) => {
                let number = self.accounts.len() + self.skipped.len() + 1;
                self.skip(draft.label(number), &reason);
            }
        }
    }
}
