//! Converts the accounts of a file into the answer that is printed.

use mfa_core::AccountChange;
use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::site::Site;
use mfa_helper::import::{Answer, SCHEMA};

use crate::formats::{self, Format};
use crate::found::{Found, Imported};

/// Returns the answer of `decode`.
pub(crate) fn answer(format: &dyn Format, found: Found) -> Answer {
    // Only Google's exports are spread over several QR codes, whether a picture or a text holds them.
    let what = if found.parts.is_empty() {
        format.brief()
    } else {
        formats::Google.brief()
    };
    Answer {
        schema: SCHEMA,
        format: format.name().to_owned(),
        what: what.to_owned(),
        accounts: found.accounts.into_iter().map(Into::into).collect(),
        skipped: found.skipped,
        parts: found.parts,
    }
}

impl From<Imported> for AccountChange {
    /// Leaves out defaults, since the daemon limits the size of a request.
    fn from(account: Imported) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let Imported { kind, secret, .. } = account;
        let is_fixed = kind.fixed().is_some();
        let algorithm =
            Some(account.algorithm).filter(|algorithm| *algorithm != Algorithm::default());
        let digits = Some(account.digits).filter(|digits| *digits != Digits::default());
        let period = match kind {
            Kind::Totp { period } if period != Period::default() => {
                u32::try_from(period.get()).ok()
            }
            _ => None,
        };
        let is_usual = matches!(kind, Kind::Totp { .. });
        let domains: Vec<_> = account.domains.iter().map(Site::to_string).collect();
        Self {
            secret: Some(secret.to_base32()),
            pin: some(secret.expose_pin().to_owned()).map(Into::into),
            name: some(account.name),
            issuer: some(account.issuer),
            username: some(account.username),
            kind: (!is_usual).then(|| kind.as_str().to_owned()),
            algorithm: algorithm
                .filter(|_| !is_fixed)
                .map(|a| a.as_str().to_owned()),
            digits: digits
                .filter(|_| !is_fixed)
                .map(|digits| digits.get().into()),
            period,
            counter: kind.counter(),
            tags: Some(account.tags).filter(|tags| !tags.is_empty()),
            domains: Some(domains).filter(|domains| !domains.is_empty()),
            pinned: account.pinned.then_some(true),
            note: some(account.note),
            ..Self::default()
        }
    }
}
