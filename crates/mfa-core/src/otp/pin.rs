//! Codes with a PIN: mOTP's and Yandex's. Neither has a standard; this module computes what their
//! apps compute.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secret::{Secret, YANDEX_BYTES};

/// The number of characters of an mOTP code.
const MOTP_LENGTH: usize = 6;
/// The number of letters of a Yandex code.
const YANDEX_LENGTH: u32 = 8;
/// The number of letters in the alphabet.
const LETTERS: u64 = 26;

/// Computes an mOTP code: the first hexadecimal digits of the MD5 of step, secret and PIN, all
/// written as text.
pub(super) fn motp(secret: &Secret, step: u64) -> Zeroizing<String> {
    let mut hash = Md5::new();
    hash.update(step.to_string());
    hash.update(secret.to_hex().as_bytes());
    hash.update(secret.expose_pin());
    let mut code = data_encoding::HEXLOWER.encode(&hash.finalize());
    code.truncate(MOTP_LENGTH);
    Zeroizing::new(code)
}

/// Computes a Yandex code. It is like TOTP, but the key is the SHA-256 of PIN and secret, the
/// truncation takes twice as many bytes of the HMAC, and the digits are letters.
pub(super) fn yandex(secret: &Secret, step: u64) -> Zeroizing<String> {
    let bytes = secret.expose();
    let mut key = Sha256::new();
    key.update(secret.expose_pin());
    key.update(bytes.get(..YANDEX_BYTES).unwrap_or(bytes));
    let key = Zeroizing::new(<[u8; 32]>::from(key.finalize()));
    // Yandex treats the key as a number, which has no leading zero.
    let key = key.strip_prefix(&[0]).unwrap_or(&*key);
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hmac.update(&step.to_be_bytes());
    let hash = Zeroizing::new(<[u8; 32]>::from(hmac.finalize().into_bytes()));
    let start = usize::from(hash[31] & 15);
    let number = hash[start..]
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    let mut rest = (number & (u64::MAX >> 1)) % LETTERS.pow(YANDEX_LENGTH);
    let mut letters = Zeroizing::new([0; YANDEX_LENGTH as usize]);
    for letter in letters.iter_mut().rev() {
        *letter = b'a' + u8::try_from(rest % LETTERS).expect("there are 26 letters");
        rest /= LETTERS;
    }
    Zeroizing::new(letters.iter().copied().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn motp_codes_are_those_of_other_apps() {
        for (secret, pin, time, expected) in [
            ("7ac61d4736f51a2b", "5555", 0, "c42a26"),
            ("7AC61D4736F51A2B", "5555", 1_000_000_000, "4af383"),
            ("e3152afee62599c8", "1234", 165_892_298, "e7d8b6"),
            ("e3152afee62599c8", "1234", 123_456_789, "4ebfb2"),
            ("bbb1912bb5c515be", "9999", 1_659_540_022, "ced7b1"),
            ("bbb1912bb5c515be", "9999", 1_659_539_878, "1a14f8"),
        ] {
            let secret = Secret::from_hex(secret).unwrap().with_pin(pin).unwrap();
            assert_eq!(*motp(&secret, time / 10), expected);
        }
    }

    #[test]
    fn yandex_codes_are_those_of_other_apps() {
        const SHORT: &str = "LA2V6KMCGYMWWVEW64RNP3JA3IAAAAAAHTSG4HRZPI";
        const LONG: &str = "JBGSAU4G7IEZG6OY4UAXX62JU4AAAAAAHTSG4HXU3M";
        for (secret, pin, time, expected) in [
            (
                "6SB2IKNM6OBZPAVBVTOHDKS4FAAAAAAADFUTQMBTRY",
                "5239",
                1_641_559_648,
                "umozdicq",
            ),
            (SHORT, "7586", 1_581_064_020, "oactmacq"),
            (SHORT, "7586", 1_581_090_810, "wemdwrix"),
            (LONG, "5210481216086702", 1_581_091_469, "dfrpywob"),
            (LONG, "5210481216086702", 1_581_093_059, "vunyprpd"),
        ] {
            let secret = Secret::from_base32(secret).unwrap().with_pin(pin).unwrap();
            assert_eq!(*yandex(&secret, time / 30), expected);
        }
    }
}
