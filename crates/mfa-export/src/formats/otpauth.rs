//! A text with one `otpauth://` link per line, in Google's Key URI Format
//! (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>), which most apps read.

use mfa_core::item::Entry;
use zeroize::Zeroizing;

use super::{Bytes, Code, Codes, Format, Options};
use crate::failure::Failure;
use crate::holds::Holds;
use crate::link;

/// A text with links.
pub(super) struct Otpauth;

impl Format for Otpauth {
    fn name(&self) -> &'static str {
        "otpauth"
    }

    fn title(&self) -> &'static str {
        "a text file with otpauth:// links, one per line; or a QR code for each account"
    }

    fn holds(&self) -> Holds {
        Holds::only(&["totp", "hotp", "steam", "motp", "yandex"])
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        let links: Vec<_> = entries.iter().map(link::of).collect();
        Ok(lines(&links))
    }

    fn codes(&self) -> Option<&dyn Codes> {
        Some(self)
    }
}

impl Codes for Otpauth {
    fn codes(&self, entries: &[Entry]) -> Result<Vec<Code>, Failure> {
        let code = |entry: &Entry| Code {
            name: entry.account.label(),
            link: link::of(entry),
        };
        Ok(entries.iter().map(code).collect())
    }
}

/// Returns a text with one link per line.
pub(super) fn lines(links: &[Zeroizing<String>]) -> Bytes {
    let length = links.iter().map(|link| link.len() + 1).sum();
    let mut text = Bytes::new(Vec::with_capacity(length));
    for link in links {
        text.extend_from_slice(link.as_bytes());
        text.push(b'\n');
    }
    text
}
