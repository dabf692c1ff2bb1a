//! Ente Auth: one link per line, with a parameter for Ente's own data
//! (<https://github.com/ente-io/ente/blob/main/mobile/apps/auth/lib/models/code_display.dart>).

use mfa_core::item::Entry;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use zeroize::Zeroizing;

use super::otpauth::lines;
use super::{Bytes, Format};
use crate::failure::Failure;
use crate::holds::{Holds, Tags};
use crate::link;

/// An export of Ente Auth.
pub(super) struct Ente;

impl Format for Ente {
    fn name(&self) -> &'static str {
        "ente"
    }

    fn title(&self) -> &'static str {
        "a text file for Ente Auth"
    }

    fn holds(&self) -> Holds {
        Holds {
            tags: Tags::Many,
            pinned: true,
            note: true,
            ..Holds::only(&["totp", "hotp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry]) -> Result<Bytes, Failure> {
        let links: Vec<_> = entries.iter().map(line).collect();
        Ok(lines(&links))
    }
}

fn line(entry: &Entry) -> Zeroizing<String> {
    let account = &entry.account;
    let display = json!({
        "pinned": account.pinned,
        "trashed": false,
        "lastUsedAt": 0,
        "tapCount": 0,
        "tags": account.tags,
        "note": account.note,
        "position": 0,
    });
    let display = display.to_string();
    let display = utf8_percent_encode(&display, NON_ALPHANUMERIC);
    Zeroizing::new(format!("{}&codeDisplay={display}", *link::of(entry)))
}
