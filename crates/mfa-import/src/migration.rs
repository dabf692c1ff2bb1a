//! Google Authenticator's `otpauth-migration://offline?data=…`: base64 around a protobuf message.
//!
//! ```text
//! MigrationPayload { repeated OtpParameters otp_parameters = 1; int32 version = 2;
//!                    int32 batch_size = 3; int32 batch_index = 4; int32 batch_id = 5 }
//! OtpParameters    { bytes secret = 1; string name = 2; string issuer = 3; Algorithm algorithm = 4;
//!                    DigitCount digits = 5; OtpType type = 6; int64 counter = 7 }
//! ```
//!
//! Google publishes no description of it. There are versions 1 and 2; 2 has fields beyond these,
//! which are passed over.

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
/// The longest link that is read. Google writes less than 4 KiB; others write it all in one.
const MAX_BYTES: usize = 1024 * 1024;

/// What one link says.
pub(crate) struct Part {
    /// The accounts, and those that we cannot use.
    pub(crate) entries: Vec<Result<Imported, Skipped>>,
    /// The batch it belongs to: 0 where it is not said.
    batch: i64,
    /// How many parts that has; 0 where it is not said.
    size: i64,
    /// Which of them this is, from 0.
    index: i64,
    /// The message, to tell one that was read already.
    message: Zeroizing<Vec<u8>>,
}

/// Why a link is of no use. Never holds anything of it.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// It is longer than [`MAX_BYTES`].
    #[error("the link is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// It has no parameter `data`.
    #[error("the link holds no data")]
    NoData,
    /// `data` is not base64.
    #[error("the link is damaged: its data is not base64")]
    NotBase64,
    /// `data` is not the message.
    #[error("the link is damaged: {0}")]
    Message(#[from] protobuf::Error),
    /// `data` is a message without accounts.
    #[error("the link holds no account")]
    Empty,
    /// Its numbers make no sense.
    #[error("the link is damaged: it is a part of no possible batch")]
    Batch,
}

/// Whether a text is such a link, whatever is wrong with the rest of it.
pub(crate) fn is_link(text: &str) -> bool {
    has_scheme(text, SCHEME)
}

/// Reads a link.
pub(crate) fn parse(text: &str) -> Result<Part, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::TooLong);
    }
    let (_, query) = text.split_once('?').ok_or(Error::NoData)?;
    let data = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("data="))
        .ok_or(Error::NoData)?;
    let message = decode(data)?;
    let mut part = Part {
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

/// Base64 as it arrives: of either alphabet, padded or not, and with a plus that became a space.
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

/// Base64 without padding whose last character may carry stray bits.
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
