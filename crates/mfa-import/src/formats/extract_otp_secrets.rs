//! The output of the script extract_otp_secrets, which reads Google's QR codes: CSV or JSON with links.

use super::{Format, table};
use crate::document::{self, Fields, Shape};
use crate::draft::Draft;
use crate::error::Error;
use crate::found::Found;

/// The output of `extract_otp_secrets`.
pub(super) struct ExtractOtpSecrets;

const KEYS: [&str; 5] = ["name", "secret", "issuer", "type", "url"];

impl Format for ExtractOtpSecrets {
    fn name(&self) -> &'static str {
        "extract-otp-secrets"
    }

    fn title(&self) -> &'static str {
        "the output of extract_otp_secrets: CSV or JSON"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        Shape::of(bytes).lists(&KEYS) || table::has_columns(bytes, &KEYS)
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let mut found = Found::default();
        if table::has_columns(bytes, &KEYS) {
            for row in table::rows(bytes)? {
                found.add_link(row.get("url"), &names(row.get("issuer"), row.get("name")));
            }
            return Ok(found);
        }
        let file = document::parse(bytes)?;
        for entry in Fields::new(&file).entries() {
            found.add_link(
                entry.text("url"),
                &names(entry.text("issuer"), entry.text("name")),
            );
        }
        Ok(found)
    }
}

fn names<'f>(issuer: &'f str, username: &'f str) -> Draft<'f> {
    Draft {
        issuer,
        username,
        ..Draft::default()
    }
}
