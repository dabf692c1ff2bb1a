//! Converts the accounts of a request.

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, uri};
use mfa_helper::export::Fields;

use crate::failure::Failure;

/// Returns the account that the fields describe.
pub(crate) fn account(fields: Fields) -> Result<Account, Failure> {
    let id = AccountId::parse(&fields.id).ok_or(Failure::Request)?;
    // As mfa-ipc does, what is not understood is of an unknown kind.
    let (kind, algorithm, digits) =
        codes(&fields).unwrap_or((Kind::Unknown, Algorithm::default(), Digits::default()));
    Ok(Account {
        name: fields.name,
        issuer: fields.issuer,
        username: fields.username,
        algorithm,
        digits,
        tags: fields.tags,
        pinned: fields.pinned,
        note: fields.note,
        serial: fields.serial,
        modified: fields.modified,
        ..Account::new(id, kind, fields.created)
    })
}

fn codes(fields: &Fields) -> Option<(Kind, Algorithm, Digits)> {
    let kind = match Kind::parse(&fields.kind).ok()? {
        Kind::Totp { .. } => Kind::Totp {
            period: Period::new(fields.period?).ok()?,
        },
        Kind::Hotp { .. } => Kind::Hotp {
            counter: fields.counter?,
        },
        kind => kind,
    };
    if let Some((algorithm, digits)) = kind.fixed() {
        return Some((kind, algorithm, digits));
    }
    let algorithm = Algorithm::parse(fields.algorithm.as_deref()?).ok()?;
    Some((kind, algorithm, Digits::new(fields.digits?).ok()?))
}

/// Adds the secret from the link of an account.
pub(crate) fn entry(account: Account, link: &str) -> Result<Entry, Failure> {
    let link = uri::parse(link).map_err(Failure::Link)?;
    if link.kind.as_str() != account.kind.as_str() {
        return Err(Failure::Request);
    }
    Ok(Entry {
        account,
        secret: link.secret,
    })
}
