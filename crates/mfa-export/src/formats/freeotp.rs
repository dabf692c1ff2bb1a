//! The JSON that FreeOTP+ exports (<https://github.com/helloworld1/FreeOTPPlus>, `OtpToken`).

use mfa_core::Account;
use mfa_core::account::Kind;
use mfa_core::item::Entry;
use serde_json::{Value, json};

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::{self, Holds, Report};
use crate::json;

/// An export of FreeOTP+.
pub(super) struct FreeOtp;

/// The issuer by which the app knows Steam.
const STEAM: &str = "Steam";

impl Format for FreeOtp {
    fn name(&self) -> &'static str {
        "freeotp"
    }

    fn title(&self) -> &'static str {
        "a FreeOTP+ export (JSON)"
    }

    fn holds(&self) -> Holds {
        Holds::only(&["totp", "hotp", "steam"])
    }

    fn report(&self, accounts: &[Account]) -> Report {
        holds::report(&self.holds(), accounts, |account| {
            let is_unknown = account.kind == Kind::Steam && account.issuer != STEAM;
            let reason = "the format can hold codes of type steam only if the issuer is “Steam”";
            is_unknown.then(|| reason.to_owned())
        })
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let order: Vec<_> = entries.iter().map(|entry| key(&entry.account)).collect();
        let tokens: Vec<_> = entries.iter().map(token).collect();
        json::print(&json!({"tokenOrder": order, "tokens": tokens}))
    }
}

fn key(account: &Account) -> String {
    format!("{}:{}", account.issuer, account.username)
}

fn token(entry: &Entry) -> Value {
    let account = &entry.account;
    let secret = entry.secret.expose().iter();
    let secret: Vec<_> = secret.map(|byte| byte.cast_signed()).collect();
    let counter = account.kind.counter().unwrap_or(1);
    json!({
        "algo": account.algorithm.as_str(),
        // The app keeps the counter of the last code.
        "counter": i128::from(counter) - 1,
        "digits": account.digits.get(),
        "issuerExt": account.issuer,
        "issuerInt": account.issuer,
        "label": account.username,
        "period": account.kind.period().unwrap_or_default().get(),
        "secret": secret,
        "type": if account.kind.counter().is_some() { "HOTP" } else { "TOTP" },
    })
}
