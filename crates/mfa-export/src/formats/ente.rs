//! Ente Auth, plain and encrypted: one link per line, with a parameter for Ente's own data
//! (<https://github.com/ente-io/ente/blob/main/mobile/apps/auth/lib/models/code_display.dart>).

use data_encoding::BASE64;
use mfa_core::item::Entry;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use zeroize::Zeroizing;

use super::otpauth::lines;
use super::{Bytes, Format, Options, Sealed};
use crate::failure::Failure;
use crate::holds::{Count, Holds};
use crate::{json, link, random, seal};

/// An export of Ente Auth.
pub(super) struct Ente;

/// The version of the encrypted file.
const VERSION: u32 = 1;
/// The memory of a key in KiB, and the number of passes: what the app uses where it gets no more than 256 MiB.
const MEMORY: u32 = 256 * 1024;
const PASSES: u32 = 16;

impl Format for Ente {
    fn name(&self) -> &'static str {
        "ente"
    }

    fn title(&self) -> &'static str {
        "a file for Ente Auth, in plain text or encrypted"
    }

    fn holds(&self) -> Holds {
        Holds {
            tags: Count::Many,
            pinned: true,
            note: true,
            ..Holds::only(&["totp", "hotp", "steam"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let links: Vec<_> = entries.iter().map(line).collect();
        Ok(lines(&links))
    }

    fn sealed(&self) -> Option<&dyn Sealed> {
        Some(self)
    }
}

impl Sealed for Ente {
    fn holds(&self) -> Holds {
        Format::holds(self)
    }

    fn seal(
        &self,
        entries: &[Entry],
        password: &str,
        options: Options<'_>,
    ) -> Result<Bytes, Failure> {
        let (salt, header) = (random::bytes::<16>()?, random::bytes()?);
        let key = seal::argon2id(password, &salt, MEMORY, PASSES)?;
        let sealed = seal::stream(&key, &header, &self.write(entries, options)?)?;
        json::print(&json!({
            "version": VERSION,
            "kdfParams": {
                "memLimit": MEMORY * 1024,
                "opsLimit": PASSES,
                "salt": BASE64.encode(&salt),
            },
            "encryptedData": BASE64.encode(&sealed),
            "encryptionNonce": BASE64.encode(&header),
        }))
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
