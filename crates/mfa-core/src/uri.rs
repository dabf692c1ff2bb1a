//! `otpauth://` links: read as services and other apps write them, printed in one canonical form.
//!
//! The form is Google's Key URI Format. Where programs differ from it, these rules apply:
//!
//! * **The prefix of the label wins over the `issuer` parameter** if both exist and differ.
//! * A label without a colon is the user name if there is an `issuer` parameter, or if it contains
//!   an `@`, as addresses do and issuers do not; otherwise it is the issuer.
//! * The separating colon may be written `%3A`; a literal one takes precedence.
//! * `+` is a space in a parameter and a plus in the label.
//! * `#` is a character like any other: links with an unescaped one exist.
//! * Steam: type `steam`, `encoder=steam`, a bare `steam` parameter, the form `steam://SECRET`, or
//!   the issuer "Steam" unless the link asks for another number of digits than 5.
//! * mOTP: `motp://LABEL?secret=HEX`, or type `motp`. Yandex: type `yaotp` or `yandex`; the issuer
//!   is Yandex if a link names none. Both need a `pin`, in digits, or in base32 as Aegis writes it.
//! * A parameter that occurs twice with different values is an error.
//! * Unknown parameters (`image`, …) are ignored, and so is `counter` on a time-based link.

use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::account::{self, Account, Algorithm, Digits, Kind, Period};
use crate::secret::{self, Secret};

/// The maximum length of a link, in bytes.
pub const MAX_BYTES: usize = 4096;

/// The content of a link.
#[derive(Debug)]
pub struct Link {
    /// The issuer; may be empty.
    pub issuer: String,
    /// The user name; may be empty.
    pub username: String,
    /// The kind of code.
    pub kind: Kind,
    /// The hash function.
    pub algorithm: Algorithm,
    /// The number of digits of a code.
    pub digits: Digits,
    /// The secret.
    pub secret: Secret,
}

/// A reason why a text is not a usable link. Never contains the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The text does not begin with `otpauth://`, `steam://` or `motp://`.
    #[error("this is not an otpauth:// link")]
    NotALink,
    /// The text is longer than [`MAX_BYTES`].
    #[error("the link is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// The type is unknown.
    #[error("the link has an unsupported type: use totp, hotp, steam, motp or yaotp")]
    Type,
    /// The link names neither an issuer nor a user.
    #[error("the link names neither an issuer nor a user name")]
    NoLabel,
    /// The link has no secret.
    #[error("the link has no secret")]
    NoSecret,
    /// The link has no PIN. QR codes never contain one.
    #[error("the link has no PIN, but codes of this type require one: add &pin=PIN to the link")]
    NoPin,
    /// The secret is invalid.
    #[error(transparent)]
    Secret(#[from] secret::Error),
    /// The digits, the period or the algorithm are out of range.
    #[error(transparent)]
    Range(#[from] account::Error),
    /// The counter is not a whole number.
    #[error("the counter must be a whole number, 0 or more")]
    Counter,
    /// A parameter occurs twice, with different values.
    #[error("the link gives “{0}” twice, with different values")]
    Repeated(&'static str),
    /// An escaped text is not UTF-8.
    #[error("the link contains text that is not UTF-8")]
    NotUtf8,
}

/// Reads a link.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub fn parse(text: &str) -> Result<Link, Error> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return Err(Error::TooLong);
    }
    if let Some(secret) = strip_scheme(text, "steam://") {
        return Ok(bare_steam(Secret::from_base32(secret)?));
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let (kind, label) = if let Some(label) = strip_scheme(path, "motp://") {
        ("motp", label.trim_end_matches('/'))
    } else {
        let path = strip_scheme(path, "otpauth://").ok_or(Error::NotALink)?;
        path.split_once('/').unwrap_or((path, ""))
    };
    let parameters = Parameters::read(query)?;
    let (issuer, username) = names(label, parameters.issuer.as_deref())?;
    let kind = parameters.kind(kind, &issuer)?;
    if issuer.is_empty() && username.is_empty() {
        return Err(Error::NoLabel);
    }
    let (issuer, username) = match kind {
        // Here the issuer or the user name is empty.
        Kind::Yandex if parameters.issuer.is_none() && split_label(label).is_none() => {
            ("Yandex".to_owned(), issuer + &username)
        }
        _ => (issuer, username),
    };
    let (algorithm, digits) = match kind.fixed() {
        Some(fixed) => fixed,
        None => (
            match parameters.filled(Field::Algorithm) {
                None => Algorithm::Sha1,
                Some(name) => Algorithm::parse(name)?,
            },
            parameters.digits()?.unwrap_or_default(),
        ),
    };
    Ok(Link {
        issuer,
        username,
        kind,
        algorithm,
        digits,
        secret: parameters.secret(kind)?,
    })
}

/// Returns the values of `steam://SECRET`, which contains only the secret.
fn bare_steam(secret: Secret) -> Link {
    Link {
        issuer: String::new(),
        username: String::new(),
        kind: Kind::Steam,
        algorithm: Algorithm::Sha1,
        digits: Digits::STEAM,
        secret,
    }
}

/// Prints the canonical link of an account. [`parse`] reads the same values from it.
///
/// Steam accounts are written as `totp` with `encoder=steam`, the form that KeePassXC reads.
#[must_use]
pub fn print(account: &Account, secret: &Secret) -> Zeroizing<String> {
    let (issuer, username) = (encode(&account.issuer), encode(&account.username));
    let head = match account.kind {
        Kind::Hotp { .. } => "otpauth://hotp/",
        Kind::Totp { .. } | Kind::Steam => "otpauth://totp/",
        Kind::Motp => "motp://",
        Kind::Yandex => "otpauth://yaotp/",
        Kind::Unknown => "otpauth://unknown/",
    };
    // The capacity is large enough that the string never grows and leaves copies of the secret
    // behind.
    let mut link = Zeroizing::new(String::with_capacity(MAX_BYTES));
    for part in [head, &issuer, ":", &username, "?secret="] {
        link.push_str(part);
    }
    link.push_str(&match account.kind {
        Kind::Motp => secret.to_hex(),
        _ => secret.to_base32(),
    });
    if !issuer.is_empty() {
        link.push_str("&issuer=");
        link.push_str(&issuer);
    }
    if account.kind != Kind::Motp {
        link.push_str("&algorithm=");
        link.push_str(account.algorithm.as_str());
        link.push_str(&format!("&digits={}", account.digits.get()));
    }
    match account.kind {
        Kind::Totp { period } => link.push_str(&format!("&period={}", period.get())),
        Kind::Hotp { counter } => link.push_str(&format!("&counter={counter}")),
        Kind::Steam => link.push_str("&period=30&encoder=steam"),
        Kind::Unknown => {}
        Kind::Motp => add_pin(&mut link, secret.expose_pin()),
        // Aegis reads the PIN only in base32.
        Kind::Yandex => add_pin(
            &mut link,
            &Zeroizing::new(BASE32_NOPAD.encode(secret.expose_pin().as_bytes())),
        ),
    }
    link
}

fn add_pin(link: &mut String, pin: &str) {
    link.push_str("&pin=");
    link.push_str(pin);
}

/// The characters that RFC 3986 leaves unescaped.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn decode(text: &str) -> Result<String, Error> {
    let text = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Error::NotUtf8)?;
    Ok(text.trim().to_owned())
}

fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Returns the issuer and the user name from the label and the `issuer` parameter.
fn names(label: &str, parameter: Option<&str>) -> Result<(String, String), Error> {
    let parameter = parameter.unwrap_or("").trim();
    let Some((prefix, username)) = split_label(label) else {
        let label = decode(label)?;
        let is_username = !parameter.is_empty() || label.contains('@');
        return Ok(if is_username {
            (parameter.to_owned(), label)
        } else {
            (label, String::new())
        });
    };
    let prefix = decode(prefix)?;
    let issuer = if prefix.is_empty() {
        parameter.to_owned()
    } else {
        prefix
    };
    Ok((issuer, decode(username)?))
}

/// Splits a label at a literal colon, or else at the first escaped one.
fn split_label(label: &str) -> Option<(&str, &str)> {
    label.split_once(':').or_else(|| {
        let at = label.to_ascii_lowercase().find("%3a")?;
        Some((&label[..at], &label[at + 3..]))
    })
}

/// The parameters with numbers or names. The other parameters are distinguished by their type.
#[derive(Clone, Copy)]
enum Field {
    Algorithm,
    Digits,
    Period,
    Counter,
    Encoder,
    Steam,
}

const FIELDS: [(&str, Field); 6] = [
    ("algorithm", Field::Algorithm),
    ("digits", Field::Digits),
    ("period", Field::Period),
    ("counter", Field::Counter),
    ("encoder", Field::Encoder),
    ("steam", Field::Steam),
];

#[derive(Default)]
struct Parameters {
    secret: Option<Zeroizing<String>>,
    pin: Option<Zeroizing<String>>,
    issuer: Option<String>,
    fields: [Option<String>; FIELDS.len()],
}

impl Parameters {
    fn read(query: &str) -> Result<Self, Error> {
        let mut parameters = Self::default();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.set(key, value)?;
        }
        Ok(parameters)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), Error> {
        let key = key.trim().to_ascii_lowercase();
        if key == "secret" {
            let value = Zeroizing::new(decode(value)?);
            return keep("secret", &mut self.secret, value);
        }
        if key == "pin" {
            let value = Zeroizing::new(decode(value)?);
            return keep("pin", &mut self.pin, value);
        }
        if key == "issuer" {
            return keep(
                "issuer",
                &mut self.issuer,
                decode(&value.replace('+', " "))?,
            );
        }
        match FIELDS.iter().find(|(name, _)| *name == key) {
            Some((name, field)) => keep(name, &mut self.fields[*field as usize], decode(value)?),
            None => Ok(()),
        }
    }

    fn get(&self, field: Field) -> Option<&str> {
        self.fields[field as usize].as_deref()
    }

    /// Returns the value of a parameter; an empty one counts as absent.
    fn filled(&self, field: Field) -> Option<&str> {
        self.get(field).filter(|value| !value.is_empty())
    }

    /// Returns the secret, with the PIN if the kind needs one.
    fn secret(&self, kind: Kind) -> Result<Secret, Error> {
        let text = self.secret.as_ref().ok_or(Error::NoSecret)?;
        let mut secret = match kind {
            Kind::Motp => Secret::from_hex(text)?,
            _ => Secret::from_base32(text)?,
        };
        if kind.needs_pin() {
            let pin = self.pin.as_ref().filter(|pin| !pin.is_empty());
            secret = secret.with_pin(&plain_pin(pin.ok_or(Error::NoPin)?))?;
        }
        secret.check(kind)?;
        Ok(secret)
    }

    fn digits(&self) -> Result<Option<Digits>, account::Error> {
        self.filled(Field::Digits)
            .map(|digits| Digits::new(digits.parse().map_err(|_| account::Error::Digits)?))
            .transpose()
    }

    fn kind(&self, kind: &str, issuer: &str) -> Result<Kind, Error> {
        match kind.to_ascii_lowercase().as_str() {
            "steam" => Ok(Kind::Steam),
            "totp" if self.is_steam(issuer) => Ok(Kind::Steam),
            "totp" => Ok(Kind::Totp {
                period: self.period()?,
            }),
            "hotp" => Ok(Kind::Hotp {
                counter: self.counter()?,
            }),
            "motp" => Ok(Kind::Motp),
            "yaotp" | "yandex" => Ok(Kind::Yandex),
            _ => Err(Error::Type),
        }
    }

    fn is_steam(&self, issuer: &str) -> bool {
        let encoder = self.get(Field::Encoder).unwrap_or("");
        encoder.eq_ignore_ascii_case("steam")
            || self.get(Field::Steam).is_some()
            || issuer.eq_ignore_ascii_case("steam")
                && matches!(self.digits(), Ok(None | Some(Digits::STEAM)))
    }

    fn period(&self) -> Result<Period, account::Error> {
        let Some(period) = self.filled(Field::Period) else {
            return Ok(Period::default());
        };
        Period::new(period.parse().map_err(|_| account::Error::Period)?)
    }

    fn counter(&self) -> Result<u64, Error> {
        self.filled(Field::Counter)
            .unwrap_or("0")
            .parse()
            .map_err(|_| Error::Counter)
    }
}

/// Returns a PIN in digits. In base32, a PIN of digits begins with a G, so the two forms differ.
fn plain_pin(pin: &str) -> Zeroizing<String> {
    let plain = BASE32_NOPAD.decode(pin.trim_end_matches('=').to_ascii_uppercase().as_bytes());
    let plain = plain.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let digits = pin.bytes().all(|byte| byte.is_ascii_digit());
    Zeroizing::new(plain.filter(|_| !digits).unwrap_or_else(|| pin.to_owned()))
}

/// Sets a value. A second, different value is an error.
fn keep<T: PartialEq>(name: &'static str, place: &mut Option<T>, value: T) -> Result<(), Error> {
    if place.as_ref().is_some_and(|old| *old != value) {
        return Err(Error::Repeated(name));
    }
    *place = Some(value);
    Ok(())
}

#[cfg(test)]
mod tests;
