//! The backup of 2FAS, version 4, as its apps write it (<https://github.com/twofas/2fas-ios>, `ExchangeDataFormat`). A
//! number of digits or a period that its apps do not know would be replaced by the usual one.

use std::collections::BTreeMap;

use mfa_core::account::{Kind, Period};
use mfa_core::item::Entry;
use serde_json::{Value, json};

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::{Count, Holds};
use crate::names::{issuer, named};
use crate::{json, random};

/// A backup of 2FAS.
pub(super) struct TwoFas;

const VERSION: u32 = 4;
/// A version of the app that writes this version of the file.
const APP: (u32, &str) = (5_000_009, "5.1.0");
/// The icon that the apps use where a label is shown.
const ICON: &str = "a5b3fb65-4ec5-43e6-8ec1-49e24ca9e7ad";

impl Format for TwoFas {
    fn name(&self) -> &'static str {
        "2fas"
    }

    fn title(&self) -> &'static str {
        "a 2FAS backup"
    }

    fn holds(&self) -> Holds {
        Holds {
            periods: &[10, 30, 60, 90],
            digits: &[6, 7, 8],
            // The title of the entry is read as one.
            no_issuer: false,
            name: true,
            tags: Count::One,
            ..Holds::only(&["totp", "hotp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let mut groups = BTreeMap::new();
        for tag in entries
            .iter()
            .filter_map(|entry| entry.account.tags.first())
        {
            if !groups.contains_key(tag.as_str()) {
                groups.insert(tag.as_str(), random::uuid()?);
            }
        }
        let newest = entries.iter().map(|entry| entry.account.modified).max();
        let newest = millis(newest.unwrap_or(0));
        let services = (0..).zip(named(entries));
        let services: Vec<_> = services
            .map(|(position, (entry, own))| {
                let title = own.unwrap_or_else(|| issuer(&entry.account));
                service(position, title, entry, &groups)
            })
            .collect();
        let group =
            |(name, id)| json!({"id": id, "name": name, "isExpanded": true, "updatedAt": newest});
        json::print(&json!({
            "services": services,
            "groups": groups.iter().map(group).collect::<Vec<_>>(),
            "updatedAt": newest,
            "schemaVersion": VERSION,
            "appVersionCode": APP.0,
            "appVersionName": APP.1,
            "appOrigin": "android",
        }))
    }
}

fn service(position: u32, title: &str, entry: &Entry, groups: &BTreeMap<&str, String>) -> Value {
    let account = &entry.account;
    let label: String = title.chars().take(2).collect();
    let mut service = json!({
        "name": title,
        "secret": entry.secret.to_base32().as_str(),
        "updatedAt": millis(account.modified),
        "otp": otp(entry),
        "order": {"position": position},
        "icon": {
            "selected": "Label",
            "label": {"text": label.to_uppercase(), "backgroundColor": "Orange"},
            "iconCollection": {"id": ICON},
        },
    });
    let group = account
        .tags
        .first()
        .and_then(|tag| groups.get(tag.as_str()));
    if let Some(group) = group {
        service["groupId"] = group.as_str().into();
    }
    service
}

/// Returns a time as the app writes it.
fn millis(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}

fn otp(entry: &Entry) -> Value {
    let account = &entry.account;
    let mut otp = json!({
        "label": account.username,
        "account": account.username,
        "issuer": account.issuer,
        "digits": account.digits.get(),
        "algorithm": account.algorithm.as_str(),
        "tokenType": account.kind.as_str().to_uppercase(),
        "source": "Manual",
    });
    match account.kind {
        Kind::Hotp { counter } => otp["counter"] = counter.into(),
        kind => otp["period"] = kind.period().map(Period::get).into(),
    }
    otp
}
