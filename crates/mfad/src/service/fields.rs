//! What was sent becomes an account.

use mfa_core::account::{Account, AccountId, Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::vault::Vault;
use mfa_core::{Secret, naming, secret, uri};
use mfa_ipc::Error;
use mfa_ipc::types::AccountFields;

use super::errors;

/// What others have already, and what an account must not have too.
pub(super) trait Others {
    /// Whether a name is in use, in any case.
    fn have_name(&self, name: &str) -> bool;

    /// Whether a serial is.
    fn have_serial(&self, serial: &str) -> bool;
}

impl Others for Vault {
    fn have_name(&self, name: &str) -> bool {
        self.has_name(name)
    }

    fn have_serial(&self, serial: &str) -> bool {
        self.has_serial(serial)
    }
}

/// Makes an account. If no name is given, one is found that is free; a serial is, where the link
/// says it.
pub(super) fn create(
    fields: &AccountFields,
    now: u64,
    others: &impl Others,
) -> Result<Entry, Error> {
    let (account, secret) = match (&fields.uri, &fields.secret) {
        (Some(_), None) if fields.pin.is_some() => {
            return Err(Error::InvalidAccount("a PIN goes into the link".into()));
        }
        (Some(link), None) => {
            let link = uri::parse(link).map_err(errors::link)?;
            if fields.kind.is_some() && kind(fields)?.as_str() != link.kind.as_str() {
                return Err(Error::InvalidAccount("the link is of another type".into()));
            }
            from_link(link, now)?
        }
        (None, Some(secret)) => {
            let kind = kind(fields)?;
            let invalid = |error: secret::Error| Error::InvalidAccount(error.to_string());
            let mut secret = Secret::from_base32(secret).map_err(invalid)?;
            if let Some(pin) = &fields.pin {
                if !kind.needs_pin() {
                    return Err(Error::InvalidAccount(
                        "codes of this type have no PIN".into(),
                    ));
                }
                secret = secret.with_pin(pin).map_err(invalid)?;
            }
            secret.check(kind).map_err(invalid)?;
            (blank(kind, now)?, secret)
        }
        (None, None) => return Err(Error::InvalidAccount("there is no secret".into())),
        (Some(_), Some(_)) => {
            return Err(Error::InvalidAccount(
                "there is a link and a secret: give one".into(),
            ));
        }
    };
    let mut account = apply(account, fields)?;
    if account.name.is_empty() {
        let taken = |name: &str| others.have_name(name);
        account.name = naming::suggest(&account.issuer, &account.username, taken);
    }
    if fields.serial.is_none()
        && let Some(serial) = naming::serial(&account.issuer, &account.username)
        && !others.have_serial(&serial)
    {
        account.serial = serial;
    }
    Ok(Entry {
        account: finish(account)?,
        secret,
    })
}

/// Changes what is given, and nothing else.
pub(super) fn change(old: &Account, fields: &AccountFields, now: u64) -> Result<Account, Error> {
    let secret = fields.uri.is_some() || fields.secret.is_some() || fields.pin.is_some();
    if secret || fields.kind.is_some() {
        let text = "the secret and the type of an account cannot be changed: remove and add it";
        return Err(Error::InvalidAccount(text.into()));
    }
    let mut account = apply(old.clone(), fields)?;
    account.modified = now;
    finish(account)
}

fn from_link(link: uri::Link, now: u64) -> Result<(Account, Secret), Error> {
    let account = Account {
        issuer: link.issuer,
        username: link.username,
        algorithm: link.algorithm,
        digits: link.digits,
        ..blank(link.kind, now)?
    };
    Ok((account, link.secret))
}

/// An account of which nothing is known yet.
fn blank(kind: Kind, now: u64) -> Result<Account, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|_| Error::Failed("this machine gives no random numbers".into()))?;
    Ok(Account {
        id: AccountId::from_random(random),
        name: String::new(),
        issuer: String::new(),
        username: String::new(),
        kind,
        algorithm: Algorithm::default(),
        digits: Digits::default(),
        tags: Vec::new(),
        pinned: false,
        note: String::new(),
        serial: String::new(),
        created: now,
        modified: now,
    })
}

fn kind(fields: &AccountFields) -> Result<Kind, Error> {
    Kind::parse(fields.kind.as_deref().unwrap_or("totp")).map_err(errors::account)
}

fn apply(mut account: Account, fields: &AccountFields) -> Result<Account, Error> {
    let set = |place: &mut String, text: &Option<String>| {
        if let Some(text) = text {
            text.trim().clone_into(place);
        }
    };
    set(&mut account.name, &fields.name);
    set(&mut account.issuer, &fields.issuer);
    set(&mut account.username, &fields.username);
    set(&mut account.note, &fields.note);
    set(&mut account.serial, &fields.serial);
    if let Some(tags) = &fields.tags {
        account.tags = tags.iter().map(|tag| tag.trim().to_owned()).collect();
        account.tags.retain(|tag| !tag.is_empty());
    }
    account.pinned = fields.pinned.unwrap_or(account.pinned);
    if let Some((algorithm, digits)) = account.kind.fixed() {
        let (hash, length) = (account.kind.hash(algorithm), u32::from(digits.get()));
        let mut same = fields.digits.is_none_or(|digits| digits == length);
        same &= fields
            .algorithm
            .as_ref()
            .is_none_or(|name| name.eq_ignore_ascii_case(hash));
        if !same {
            let name = account.kind.as_str();
            let text =
                format!("codes of type {name} always have {length} characters and use {hash}");
            return Err(Error::InvalidAccount(text));
        }
        (account.algorithm, account.digits) = (algorithm, digits);
    } else {
        if let Some(algorithm) = &fields.algorithm {
            account.algorithm = Algorithm::parse(algorithm).map_err(errors::account)?;
        }
        if let Some(digits) = fields.digits {
            account.digits = Digits::new(digits.into()).map_err(errors::account)?;
        }
    }
    account.kind = moving(account.kind, fields)?;
    Ok(account)
}

fn moving(kind: Kind, fields: &AccountFields) -> Result<Kind, Error> {
    match (kind, fields.period, fields.counter) {
        (Kind::Totp { .. }, Some(period), None) => {
            let period = Period::new(period.into()).map_err(errors::account)?;
            Ok(Kind::Totp { period })
        }
        (Kind::Hotp { .. }, None, Some(counter)) => Ok(Kind::Hotp { counter }),
        (kind, None, None) => Ok(kind),
        (kind, ..) => {
            let text = match kind {
                Kind::Totp { .. } => "this account is time-based: it has no counter",
                Kind::Hotp { .. } => "this account is counter-based: it has no period",
                _ => "the codes of this type have a fixed period and no counter",
            };
            Err(Error::InvalidAccount(text.into()))
        }
    }
}

/// The last touches and checks.
fn finish(mut account: Account) -> Result<Account, Error> {
    if account.issuer.is_empty() && account.username.is_empty() {
        // A link has to name something.
        account.issuer.clone_from(&account.name);
    }
    account.validate().map_err(errors::account)?;
    Ok(account)
}
