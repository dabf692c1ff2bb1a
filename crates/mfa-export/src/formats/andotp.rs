//! The plain backup of andOTP (<https://github.com/andOTP/andOTP/wiki/Backup-format>), which GNOME Authenticator reads too.

use data_encoding::BASE32;
use mfa_core::account::{Kind, Period};
use mfa_core::item::Entry;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::{Count, Holds};
use crate::json;

/// A backup of andOTP.
pub(super) struct AndOtp;

impl Format for AndOtp {
    fn name(&self) -> &'static str {
        "andotp"
    }

    fn title(&self) -> &'static str {
        "a plain andOTP backup, also for GNOME Authenticator"
    }

    fn holds(&self) -> Holds {
        Holds {
            tags: Count::Many,
            ..Holds::only(&["totp", "hotp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let entries: Vec<_> = entries.iter().map(item).collect();
        json::print(&Value::Array(entries))
    }
}

fn item(entry: &Entry) -> Value {
    let account = &entry.account;
    // The app wants the padding.
    let secret = Zeroizing::new(BASE32.encode(entry.secret.expose()));
    let mut item = json!({
        "secret": secret.as_str(),
        "issuer": account.issuer,
        "label": account.username,
        "digits": account.digits.get(),
        "type": account.kind.as_str().to_uppercase(),
        "algorithm": account.algorithm.as_str(),
        "thumbnail": "Default",
        "last_used": 0,
        "used_frequency": 0,
        "tags": account.tags,
    });
    match account.kind {
        Kind::Hotp { counter } => item["counter"] = counter.into(),
        kind => item["period"] = kind.period().map(Period::get).into(),
    }
    item
}
