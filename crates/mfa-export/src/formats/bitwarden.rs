//! The unencrypted JSON of Bitwarden: <https://bitwarden.com/help/condition-bitwarden-import/>. Codes are in the field
//! `totp` of a login, as a link.

use std::collections::BTreeMap;

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::uri;
use serde_json::{Value, json};

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::{Count, Holds, Steam};
use crate::link;
use crate::names::{address, issuer, named, some};
use crate::{json, random};

/// An export of Bitwarden.
pub(super) struct Bitwarden;

/// The type of an item that is a login.
const LOGIN: u32 = 1;

impl Format for Bitwarden {
    fn name(&self) -> &'static str {
        "bitwarden"
    }

    fn title(&self) -> &'static str {
        "an unencrypted JSON file for Bitwarden"
    }

    fn holds(&self) -> Holds {
        Holds {
            // An item has a name, which is read as one.
            no_issuer: false,
            name: true,
            tags: Count::One,
            domains: Count::Many,
            pinned: true,
            note: true,
            steam: Steam::WithoutName,
            ..Holds::only(&["totp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let mut folders = BTreeMap::new();
        for tag in entries
            .iter()
            .filter_map(|entry| entry.account.tags.first())
        {
            if !folders.contains_key(tag.as_str()) {
                folders.insert(tag.as_str(), random::uuid()?);
            }
        }
        let items: Vec<_> = named(entries)
            .map(|(entry, own)| item(entry, own, &folders))
            .collect();
        let folder = |(name, id)| json!({"id": id, "name": name});
        json::print(&json!({
            "encrypted": false,
            "folders": folders.iter().map(folder).collect::<Vec<_>>(),
            "items": items,
        }))
    }
}

fn item(entry: &Entry, own: Option<&str>, folders: &BTreeMap<&str, String>) -> Value {
    let account = &entry.account;
    let (name, totp) = match account.kind {
        // The name has to be the issuer: the link holds only the secret.
        Kind::Steam => (issuer(account), link::bare_steam(&entry.secret)),
        _ => (
            own.unwrap_or_else(|| issuer(account)),
            uri::print(account, &entry.secret),
        ),
    };
    let folder = account
        .tags
        .first()
        .and_then(|tag| folders.get(tag.as_str()));
    let uri = |site| json!({"match": null, "uri": address(site)});
    let uris: Vec<_> = account.domains.iter().map(uri).collect();
    json!({
        "id": account.id.to_string(),
        "organizationId": null,
        "folderId": folder,
        "type": LOGIN,
        "reprompt": 0,
        "name": name,
        "notes": some(&account.note),
        "favorite": account.pinned,
        "login": {
            "uris": Some(uris).filter(|uris| !uris.is_empty()),
            "username": some(&account.username),
            "password": null,
            "totp": totp.as_str(),
        },
        "collectionIds": null,
    })
}
