//! The shared secret of an account, with only one way to its bytes.
//!
//! A secret that can be cloned, printed or dereferenced ends up in a log sooner or later. This type allows
//! none of that: [`Secret::expose`] is the only way to its bytes, so grep finds every use.

use std::fmt;

use data_encoding::{Encoding, HEXLOWER, HEXLOWER_PERMISSIVE, Specification};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::account::Kind;

/// The maximum length of a secret in bytes; real ones have 10 to 64.
pub const MAX_BYTES: usize = 128;

/// Secrets of fewer bits are short: RFC 4226 requires 128, and services use 80 or more.
pub const SHORT_BITS: usize = 80;

/// Secrets of fewer bits can be found in at most a day, by trying all values.
pub const WEAK_BITS: usize = 40;

/// The minimum length of a text that is recognised as a secret: 80 bits, as in the shortest secrets of
/// services.
const SURE_BYTES: usize = 10;

/// The number of bytes of a secret that Yandex uses; a checksum may follow.
pub const YANDEX_BYTES: usize = 16;

/// Returns whether a text is certainly a secret in base32 rather than words. It must have at least 80 bits
/// and be in one case, without groups or with groups of the same length (`JBSW Y3DP EHPK 3PXP`), at most 8. Lower-case
/// letters alone may be words (`production-server`), unless they are in groups of 4.
#[must_use]
pub fn is_key(text: &str) -> bool {
    let body = text.trim().trim_end_matches('=');
    let is_upper = body.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_lower = body.bytes().any(|byte| byte.is_ascii_lowercase());
    let mut groups = body.split(|c: char| c.is_whitespace() || c == '-');
    let first = groups.next().map_or(0, str::len);
    let is_grouped = first < body.len();
    let is_even = match groups.next_back() {
        Some(last) => (1..=first).contains(&last.len()) && groups.all(|group| group.len() == first),
        None => true,
    };
    let may_be_words = !is_upper && !body.bytes().any(|byte| byte.is_ascii_digit());
    let is_no_word = match is_grouped {
        true => first <= if may_be_words { 4 } else { 8 },
        false => !may_be_words,
    };
    let is_long = || Secret::from_base32(body).is_ok_and(|key| key.expose().len() >= SURE_BYTES);
    is_upper != is_lower && is_even && is_no_word && is_long()
}

/// A shared secret, with its PIN if codes need one. It is wiped from memory when it is dropped.
///
/// It deliberately does not implement `Clone`, `Display`, `Deref` or `Serialize`.
pub struct Secret {
    bytes: Zeroizing<Box<[u8]>>,
    /// The PIN; empty if there is none.
    pin: Zeroizing<String>,
}

/// A reason why a text is not a valid secret. Never contains the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// Without spaces, hyphens and padding, the text is empty or shorter than one byte.
    #[error("the secret is empty")]
    Empty,
    /// A character is not one of A–Z and 2–7.
    #[error(
        "the secret is not base32: it can contain only the letters A to Z and the digits 2 to 7"
    )]
    NotBase32,
    /// The secret has more than [`MAX_BYTES`] bytes.
    #[error("the secret is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A character is not a hexadecimal digit, or the number of digits is odd.
    #[error("the secret is not hexadecimal: use pairs of 0–9 and a–f")]
    NotHex,
    /// The secret has fewer than [`YANDEX_BYTES`] bytes.
    #[error("the secret is too short: Yandex uses {YANDEX_BYTES} bytes or more")]
    TooShort,
    /// There is no PIN.
    #[error("the PIN is missing: codes of this type require one")]
    NoPin,
    /// The PIN has other characters than digits, or too few or too many digits.
    #[error("the PIN must have 4 to 16 digits")]
    Pin,
}

impl Secret {
    /// Creates a secret from its bytes.
    ///
    /// # Errors
    /// [`Error::Empty`] and [`Error::TooLong`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Error> {
        let bytes = Zeroizing::new(bytes.into_boxed_slice());
        match bytes.len() {
            0 => Err(Error::Empty),
            1..=MAX_BYTES => Ok(Self {
                bytes,
                pin: Zeroizing::default(),
            }),
            _ => Err(Error::TooLong),
        }
    }

    /// Reads base32 (RFC 4648) as services write it: in upper or lower case, in groups, with or without
    /// padding, and with a last character that does not fill a byte.
    ///
    /// Short secrets are accepted, because some services use 80 bits. Look-alikes (0, 1, 8) are not replaced.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn from_base32(text: &str) -> Result<Self, Error> {
        let mut clean = Zeroizing::new(String::with_capacity(text.len()));
        let body = text.trim().trim_end_matches('=');
        clean.extend(
            body.chars()
                .filter(|c| !c.is_whitespace() && *c != '-')
                .map(|c| c.to_ascii_uppercase()),
        );
        if clean.len() > MAX_BYTES * 2 {
            return Err(Error::TooLong);
        }
        // 1, 3 or 6 characters after the last group of 8 add no whole byte. Some real secrets end with them.
        if matches!(clean.len() % 8, 1 | 3 | 6) && clean.is_ascii() {
            let last = clean.pop().map_or(0, |c| c as u8);
            if !matches!(last, b'A'..=b'Z' | b'2'..=b'7') {
                return Err(Error::NotBase32);
            }
        }
        let bytes = tolerant_base32()
            .decode(clean.as_bytes())
            .map_err(|_| Error::NotBase32)?;
        Self::from_bytes(bytes)
    }

    /// Reads hexadecimal digits, the form of mOTP secrets.
    ///
    /// # Errors
    /// [`Error::NotHex`], [`Error::Empty`] and [`Error::TooLong`].
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() > MAX_BYTES * 2 {
            return Err(Error::TooLong);
        }
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes());
        Self::from_bytes(bytes.map_err(|_| Error::NotHex)?)
    }

    /// Adds a PIN.
    ///
    /// # Errors
    /// [`Error::Pin`].
    pub fn with_pin(mut self, pin: &str) -> Result<Self, Error> {
        let pin = pin.trim();
        if !(4..=16).contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::Pin);
        }
        self.pin = Zeroizing::new(pin.to_owned());
        Ok(self)
    }

    /// Checks that the secret can make codes of this kind.
    ///
    /// # Errors
    /// [`Error::NoPin`] and [`Error::TooShort`].
    pub fn check(&self, kind: Kind) -> Result<(), Error> {
        if kind.needs_pin() && self.pin.is_empty() {
            return Err(Error::NoPin);
        }
        if kind == Kind::Yandex && self.bytes.len() < YANDEX_BYTES {
            return Err(Error::TooShort);
        }
        Ok(())
    }

    /// Returns the bytes of the secret. There is no other way to them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the length in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bytes.len() * 8
    }

    /// Returns the PIN; empty if there is none.
    #[must_use]
    pub fn expose_pin(&self) -> &str {
        &self.pin
    }

    /// Returns the secret in hexadecimal digits, as in links of mOTP.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.expose()))
    }

    /// Returns the secret in base32 without padding, as in `otpauth://` links.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(self.expose()))
    }

    /// Returns whether both secrets have the same bytes and the same PIN.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.pin == other.pin
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Returns base32 without padding that accepts stray bits in the last character, because some services write
/// them.
fn tolerant_base32() -> Encoding {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .expect("the RFC 4648 alphabet is a valid one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_words() {
        for key in [
            "JBSW Y3DP EHPK 3PXP",
            "jbsw y3dp ehpk 3pxp",
            "jbsw-y3dp-ehpk-3pxp",
            "JBSWY3DPEHPK3PXP",
            "  JBSWY3DPEHPK3PXP======\n",
            "JBSWY3DPEHPKAPXPABCDEFGHIJKLMNOP",
            "abcd efgh ijkl mnop qrst uvwx yz23 45",
            "abcd efgh ijkl mnop qrst",
            "JBSWY3DP EHPK3PXP",
        ] {
            assert!(is_key(key), "{key}");
        }
        for text in [
            "",
            "JBSW Y3DP EHPK",
            "meet me at 5 in room 42 please",
            "internationalization",
            "production-server",
            "database-service",
            "PRODUCTION-SERVER",
            "JbswY3dpEhpk3Pxp",
            "2345672345672345",
            "https://example.com/JBSWY3DPEHPK3PXP",
            "JBSW Y3DP EHPK 3PX1",
            "JBSW  Y3DP EHPK 3PXP",
            "550e8400-e29b-41d4-a716-446655440000",
            "====",
            "schlüssel schlüssel schlüssel",
        ] {
            assert!(!is_key(text), "{text}");
        }
    }

    #[test]
    fn base32_is_read_as_services_write_it() {
        for text in [
            "JBSWY3DPEHPK3PXP",
            "jbswy3dpehpk3pxp",
            "JBSW Y3DP EHPK 3PXP",
            "jbsw-y3dp-ehpk-3pxp",
            "  JBSWY3DPEHPK3PXP==\n",
            "JBSWY3DPEHPK3PXP======",
            "JBSWY3DPEHPK3PXPA",
        ] {
            let secret = Secret::from_base32(text).unwrap();
            assert_eq!(secret.expose(), b"Hello!\xde\xad\xbe\xef", "{text}");
            assert_eq!(*secret.to_base32(), "JBSWY3DPEHPK3PXP");
        }
    }

    #[test]
    fn eighty_bits_are_enough() {
        assert_eq!(
            Secret::from_base32("GEZDGNBVGY3TQOJQ")
                .unwrap()
                .expose()
                .len(),
            10
        );
    }

    #[test]
    fn what_is_not_base32_is_refused_without_guessing() {
        for text in [
            "JBSWY3DPEHPK3PX0",
            "JBSWY3DPEHPK3PX1",
            "JBSW!",
            "JBSWÜ",
            "JB=SW",
            "AB9",
        ] {
            assert_eq!(
                Secret::from_base32(text).unwrap_err(),
                Error::NotBase32,
                "{text}"
            );
        }
        for text in ["", "  ", "====", "-", "A"] {
            assert_eq!(
                Secret::from_base32(text).unwrap_err(),
                Error::Empty,
                "{text}"
            );
        }
        assert_eq!(
            Secret::from_base32(&"A".repeat(500)).unwrap_err(),
            Error::TooLong
        );
        assert_eq!(
            Secret::from_bytes(vec![1; MAX_BYTES + 1]).unwrap_err(),
            Error::TooLong
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 1..=MAX_BYTES)) {
            let secret = Secret::from_bytes(bytes).unwrap();
            let (base32, hex) = (secret.to_base32(), secret.to_hex());
            proptest::prop_assert!(Secret::from_base32(&base32).unwrap().same_as(&secret));
            proptest::prop_assert!(Secret::from_hex(&hex).unwrap().same_as(&secret));
            // In groups, in lower case and padded, the secret is the same.
            let groups: Vec<_> = base32.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
            let groups = format!(" {}==\n", groups.join("-").to_lowercase());
            proptest::prop_assert!(Secret::from_base32(&groups).unwrap().same_as(&secret));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            drop(Secret::from_base32(&text));
            drop(Secret::from_hex(&text));
        }
    }

    #[test]
    fn a_pin_is_a_part_of_it() {
        let secret = || Secret::from_hex("00FF").unwrap();
        let with = secret().with_pin(" 0123 ").unwrap();
        assert_eq!((with.expose(), with.expose_pin()), (&[0, 255][..], "0123"));
        assert!(!with.same_as(&secret()));
        assert_eq!(format!("{with:?}"), "Secret(redacted)");
        for pin in ["", "123", "12345678901234567", "12 34", "١٢٣٤"] {
            assert_eq!(secret().with_pin(pin).unwrap_err(), Error::Pin, "{pin}");
        }
        assert_eq!(secret().check(Kind::Motp).unwrap_err(), Error::NoPin);
        assert_eq!(with.check(Kind::Yandex).unwrap_err(), Error::TooShort);
        assert!(with.check(Kind::Motp).is_ok() && secret().check(Kind::Steam).is_ok());
    }

    #[test]
    fn debug_is_redacted() {
        let secret = Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
    }
}
