//! Google Authenticator's `otpauth-migration://offline?data=…`: base64 around a protobuf message.
//!
//! Google publishes no description of the format. The message is the one that
//! <https://github.com/dim13/otpauth> describes, which mfa-import reads too:
//!
//! ```text
//! MigrationPayload { repeated OtpParameters otp_parameters = 1; int32 version = 2;
//!                    int32 batch_size = 3; int32 batch_index = 4; int32 batch_id = 5 }
//! OtpParameters    { bytes secret = 1; string name = 2; string issuer = 3; Algorithm algorithm = 4;
//!                    DigitCount digits = 5; OtpType type = 6; int64 counter = 7 }
//! ```

use std::ops::RangeInclusive;

use data_encoding::BASE64;
use mfa_core::account::{Algorithm, Kind};
use mfa_core::item::Entry;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::otpauth::lines;
use super::{Bytes, Code, Codes, Format, Options};
use crate::failure::Failure;
use crate::holds::Holds;
use crate::random;

/// Migration links.
pub(super) struct Google;

/// The largest number of accounts in one link, as Google makes them.
const MOST: usize = 10;
/// The largest message, in bytes, unless one account takes more. Its QR code fits on a terminal and is read easily.
const MAX_BYTES: usize = 600;
/// The version of the messages.
const VERSION: u64 = 1;

impl Format for Google {
    fn name(&self) -> &'static str {
        "google"
    }

    fn title(&self) -> &'static str {
        "otpauth-migration:// links for Google Authenticator, one per line; or their QR codes"
    }

    fn holds(&self) -> Holds {
        Holds {
            periods: &[30],
            digits: &[6, 8],
            ..Holds::only(&["totp", "hotp"])
        }
    }

    fn write(&self, entries: &[Entry], _options: Options<'_>) -> Result<Bytes, Failure> {
        Ok(lines(&links(entries)?))
    }

    fn codes(&self) -> Option<&dyn Codes> {
        Some(self)
    }
}

impl Codes for Google {
    fn count(&self, accounts: usize) -> RangeInclusive<usize> {
        accounts.div_ceil(MOST)..=accounts
    }

    fn codes(&self, entries: &[Entry]) -> Result<Vec<Code>, Failure> {
        let links = links(entries)?;
        let count = links.len();
        let code = |(number, link)| Code {
            name: format!("QR code {number} of {count}"),
            link,
        };
        Ok((1..).zip(links).map(code).collect())
    }
}

fn links(entries: &[Entry]) -> Result<Vec<Zeroizing<String>>, Failure> {
    let batches = batches(entries);
    // It is signed. A negative one is long.
    let id = u64::from(u32::from_le_bytes(random::bytes()?) >> 1);
    let count = batches.len() as u64;
    let link = |(index, mut message): (u64, Message)| {
        message.integer(2, VERSION);
        message.integer(3, count);
        message.integer(4, index);
        message.integer(5, id);
        let data = Zeroizing::new(BASE64.encode(&message.0));
        let data = utf8_percent_encode(&data, NON_ALPHANUMERIC);
        Zeroizing::new(format!("otpauth-migration://offline?data={data}"))
    };
    Ok((0..).zip(batches).map(link).collect())
}

/// Spreads the accounts over messages.
fn batches(entries: &[Entry]) -> Vec<Message> {
    let mut batches: Vec<(usize, Message)> = Vec::new();
    for entry in entries {
        let account = account(entry);
        match batches.last_mut() {
            Some((count, message))
                if *count < MOST && message.0.len() + account.0.len() <= MAX_BYTES =>
            {
                *count += 1;
                message.bytes(1, &account.0);
            }
            _ => {
                let mut message = Message::default();
                message.bytes(1, &account.0);
                batches.push((1, message));
            }
        }
    }
    batches.into_iter().map(|(_, message)| message).collect()
}

fn account(entry: &Entry) -> Message {
    let account = &entry.account;
    let mut message = Message::default();
    message.bytes(1, entry.secret.expose());
    message.bytes(2, name(&account.issuer, &account.username).as_bytes());
    message.bytes(3, account.issuer.as_bytes());
    let algorithm = match account.algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    message.integer(4, algorithm);
    message.integer(5, if account.digits.get() == 8 { 2 } else { 1 });
    match account.kind {
        Kind::Hotp { counter } => {
            message.integer(6, 1);
            message.integer(7, counter);
        }
        _ => message.integer(6, 2),
    }
    message
}

/// Returns the user name. One that begins like an issuer is written behind it, since readers remove the issuer once.
fn name(issuer: &str, username: &str) -> String {
    match username.split_once(':') {
        Some((first, _)) if first.trim() == issuer => format!("{issuer}:{username}"),
        _ => username.to_owned(),
    }
}

/// A protobuf message.
#[derive(Default)]
struct Message(Zeroizing<Vec<u8>>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                return self.0.push(low & 0x7f);
            }
            // The mark that more follow.
            self.0.push(low | 0x80);
        }
    }

    fn integer(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_in_groups_of_seven_bits() {
        let mut message = Message::default();
        message.integer(2, 300);
        message.bytes(1, b"ab");
        assert_eq!(**message.0, [0x10, 0xac, 0x02, 0x0a, 2, b'a', b'b']);
    }

    #[test]
    fn a_user_name_that_begins_like_an_issuer_stays_whole() {
        assert_eq!(name("AWS", "root"), "root");
        assert_eq!(name("AWS", "AWS:root"), "AWS:AWS:root");
        assert_eq!(name("AWS", "a:b"), "a:b");
    }
}
