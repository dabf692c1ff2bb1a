//! Google Authenticator's `otpauth-migration://offline?data=…`: base64 around a protobuf message.
//!
//! ```text
//! MigrationPayload { repeated OtpParameters otp_parameters = 1; int32 version = 2;
//!                    int32 batch_size = 3; int32 batch_index = 4; int32 batch_id = 5 }
//! OtpParameters    { bytes secret = 1; string name = 2; string issuer = 3; Algorithm algorithm = 4;
//!                    DigitCount digits = 5; OtpType type = 6; int64 counter = 7 }
//! ```
//!
//! Google publishes no description of the format. There are versions 1 and 2. Version 2 has further fields,
//! which are ignored.

mod batch;
mod entry;
mod protobuf;

use data_encoding::{Encoding, Specification};
use percent_encoding::percent_decode_str;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::found::{Imported, Skipped};
use crate::text::has_scheme;

pub(crate) use batch::Batches;
use protobuf::Fields;

const SCHEME: &str = "otpauth-migration://";
/// The longest link, in bytes. Google's links have less than 4 KiB, but others write a whole export into one.
const MAX_BYTES: usize = 1024 * 1024;

/// The contents of one link.
pub(crate) struct Payload {
    /// The accounts, and the entries that cannot be used.
    pub(crate) entries: Vec<Result<Imported, Skipped>>,
    /// The batch of the link, or 0 if the link does not say.
    batch: i64,
    /// The number of parts of the batch, or 0 if the link does not say.
    size: i64,
    /// The index of the part, from 0.
    index: i64,
    /// The message, to recognise a link that was read already.
    message: Zeroizing<Vec<u8>>,
}

/// The link cannot be used. The error contains nothing from it.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The link is longer than [`MAX_BYTES`].
    #[error("the link is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// The link has no parameter `data`.
    #[error("the link has no data")]
    NoData,
    /// `data` is not base64.
    #[error("the link is damaged: its data is not base64")]
    NotBase64,
    /// `data` is not a valid message.
    #[error("the link is damaged: {0}")]
    Message(#[from] protobuf::Error),
    /// `data` is a message without accounts.
    #[error("the link has no account")]
    Empty,
    /// The numbers of the batch and the part are invalid.
    #[error("the link is damaged: its position in the export is invalid")]
    Batch,
}

/// Checks whether a text begins like such a link.
pub(crate) fn is_link(text: &str) -> bool {
    has_scheme(text, SCHEME)
}

/// Reads a link.
pub(crate) fn parse(text: &str) -> Result<Payload, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::TooLong);
    }
    let (_, query) = text.split_once('?').ok_or(Error::NoData)?;
    let data = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("data="))
        .ok_or(Error::NoData)?;
    let message = decode(data)?;
    let mut part = Payload {
        entries: Vec::new(),
        batch: 0,
        size: 0,
        index: 0,
        message: Zeroizing::default(),
    };
    for field in Fields::new(&message) {
        match field? {
            (1, value) => {
                let number = part.entries.len() + 1;
                part.entries.push(entry::read(number, value.bytes()?)?);
            }
            (3, value) => part.size = value.integer()?,
            (4, value) => part.index = value.integer()?,
            (5, value) => part.batch = value.integer()?,
            _ => {}
        }
    }
    if part.entries.is_empty() {
        return Err(Error::Empty);
    }
    if !batch::is_possible(part.size, part.index) {
        return Err(Error::Batch);
    }
    part.message = message;
    Ok(part)
}

/// Decodes base64 of either alphabet, with or without padding, and with spaces in place of plus signs.
fn decode(data: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut clean = Zeroizing::new(Vec::with_capacity(data.len()));
    clean.extend(percent_decode_str(data).filter_map(|byte| match byte {
        b' ' | b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        b'=' | b'\r' | b'\n' => None,
        byte => Some(byte),
    }));
    let bytes = tolerant_base64().decode(&clean);
    bytes.map(Zeroizing::new).map_err(|_| Error::NotBase64)
}

/// Returns base64 without padding that ignores trailing bits in the last character.
fn tolerant_base64() -> Encoding {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .expect("the RFC 4648 alphabet is a valid one")
}

#[cfg(test)]
pub(crate) mod tests;
