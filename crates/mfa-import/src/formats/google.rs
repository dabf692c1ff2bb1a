//! A text with the links that Google Authenticator exports as QR codes.

use super::{Format, otpauth};
use crate::error::Error;
use crate::found::Found;
use crate::{migration, text};

/// A text with migration links.
pub(crate) struct Google;

impl Format for Google {
    fn name(&self) -> &'static str {
        "google"
    }

    fn title(&self) -> &'static str {
        "a Google Authenticator export: a text file with its otpauth-migration:// links"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        text::of(bytes)
            .is_ok_and(|text| text::lines(text).any(|(_, line)| migration::is_link(line)))
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        otpauth::read_links(bytes)
    }
}
