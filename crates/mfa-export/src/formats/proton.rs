//! The plain export of Proton Authenticator
//! (<https://github.com/protonpass/proton-pass-common>, `proton-authenticator`).

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::uri;
use serde_json::{Value, json};

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::{Holds, Steam};
use crate::names::{issuer, named, some};
use crate::{json, link};

/// An export of Proton Authenticator.
pub(super) struct Proton;

const VERSION: u32 = 1;

impl Format for Proton {
    fn name(&self) -> &'static str {
        "proton"
    }

    fn title(&self) -> &'static str {
        "a plain Proton Authenticator export"
    }

    fn holds(&self) -> Holds {
        Holds {
            name: true,
            note: true,
            steam: Steam::IssuerOnly,
            ..Holds::only(&["totp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let entries: Vec<_> = named(entries)
            .map(|(entry, own)| item(entry, own))
            .collect();
        json::print(&json!({"version": VERSION, "entries": entries}))
    }
}

fn item(entry: &Entry, own: Option<&str>) -> Value {
    let account = &entry.account;
    let (kind, name, uri) = match account.kind {
        Kind::Steam => ("Steam", issuer(account), link::bare_steam(&entry.secret)),
        _ => {
            // The app names entries by their users.
            let usual = match &*account.username {
                "" => &account.issuer,
                username => username,
            };
            let name = own.unwrap_or(usual);
            ("Totp", name, uri::print(account, &entry.secret))
        }
    };
    json!({
        "id": account.id.to_string(),
        "content": {"uri": uri.as_str(), "entry_type": kind, "name": name},
        "note": some(&account.note),
    })
}
