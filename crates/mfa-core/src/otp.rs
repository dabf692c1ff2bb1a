//! One-time codes: HOTP (RFC 4226), TOTP (RFC 6238), Steam's variant, and codes with a PIN.
//!
//! The crate `totp-rs` does the HMAC and the truncation. It panics on a period of zero or ten
//! digits, and can read the clock. The types of [`crate::account`] rule out such values, and here
//! the time is an argument.

mod pin;

use std::fmt;

use totp_rs::Builder;
use zeroize::Zeroizing;

use crate::account::{Algorithm, Digits, Kind, Period};
use crate::secret::Secret;

/// A code and the time during which a service accepts it.
///
/// Both ends come from the step of the code, so they always match it. `Debug` shows no digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    text: Zeroizing<String>,
    /// The first second at which the code is valid, in Unix time; 0 for a counter-based code.
    pub valid_from: u64,
    /// The first second at which the code is no longer valid, in Unix time; 0 for a counter-based
    /// code, which expires when it is used.
    pub valid_until: u64,
}

impl Code {
    /// Returns the code, with its leading zeros.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Code(redacted, {}..{})",
            self.valid_from, self.valid_until
        )
    }
}

/// Returns the step that contains `time` (Unix seconds).
#[must_use]
pub fn step_at(period: Period, time: u64) -> u64 {
    time / period.get()
}

/// Returns the first second of a step, in Unix time.
#[must_use]
pub fn step_start(period: Period, step: u64) -> u64 {
    step.saturating_mul(period.get())
}

/// Computes the code of a step, or of a counter (HOTP). Returns `None` for an unknown kind.
#[must_use]
pub fn generate(
    secret: &Secret,
    kind: Kind,
    algorithm: Algorithm,
    digits: Digits,
    factor: u64,
) -> Option<Code> {
    let text = match kind {
        Kind::Unknown => return None,
        Kind::Motp => pin::motp(secret, factor),
        Kind::Yandex => pin::yandex(secret, factor),
        Kind::Steam => token(secret, totp_rs::Algorithm::Steam, Digits::STEAM, factor),
        Kind::Totp { .. } | Kind::Hotp { .. } => token(secret, algorithm.into(), digits, factor),
    };
    let (valid_from, valid_until) = kind.period().map_or((0, 0), |period| {
        (
            step_start(period, factor),
            step_start(period, factor.saturating_add(1)),
        )
    });
    Some(Code {
        text,
        valid_from,
        valid_until,
    })
}

fn token(
    secret: &Secret,
    algorithm: totp_rs::Algorithm,
    digits: Digits,
    factor: u64,
) -> Zeroizing<String> {
    // With a step of one second, the time of the crate is the step or counter.
    let token = Builder::new()
        .with_algorithm(algorithm)
        .with_digits(digits.get())
        .with_step_duration(1)
        .with_secret(totp_rs::Secret::new(secret.expose().into()))
        .build_noncompliant()
        .generate(factor);
    Zeroizing::new(token.to_string())
}

impl From<Algorithm> for totp_rs::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::SHA1,
            Algorithm::Sha256 => Self::SHA256,
            Algorithm::Sha512 => Self::SHA512,
        }
    }
}

/// Returns a code in groups that are easy to read: `123 456`, `1234 5678`, `123 456 789`.
#[must_use]
pub fn grouped(code: &str) -> String {
    let size = match code.chars().count() {
        6 | 9 => 3,
        8 => 4,
        _ => return code.to_owned(),
    };
    let mut grouped = String::with_capacity(code.len() + 2);
    for (place, letter) in code.chars().enumerate() {
        if place > 0 && place % size == 0 {
            grouped.push(' ');
        }
        grouped.push(letter);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totp(secret: &[u8], algorithm: Algorithm, digits: u64, period: u64, time: u64) -> Code {
        let secret = Secret::from_bytes(secret.to_vec()).unwrap();
        let period = Period::new(period).unwrap();
        let digits = Digits::new(digits).unwrap();
        generate(
            &secret,
            Kind::Totp { period },
            algorithm,
            digits,
            step_at(period, time),
        )
        .unwrap()
    }

    #[test]
    fn codes_are_grouped_for_reading() {
        assert_eq!(grouped("123456"), "123 456");
        assert_eq!(grouped("12345678"), "1234 5678");
        assert_eq!(grouped("123456789"), "123 456 789");
        assert_eq!(grouped("R2D2X"), "R2D2X");
        assert_eq!(grouped("1234567"), "1234567");
    }

    /// RFC 6238, appendix B. The seeds of SHA256 and SHA512 are longer (erratum 2866).
    #[test]
    fn rfc_6238() {
        const SEED: &[u8] = b"1234567890123456789012345678901234567890123456789012345678901234";
        for (time, sha1, sha256, sha512) in [
            (59, "94287082", "46119246", "90693936"),
            (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"),
            (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"),
            (20_000_000_000, "65353130", "77737706", "47863826"),
        ] {
            assert_eq!(
                totp(&SEED[..20], Algorithm::Sha1, 8, 30, time).expose(),
                sha1
            );
            assert_eq!(
                totp(&SEED[..32], Algorithm::Sha256, 8, 30, time).expose(),
                sha256
            );
            assert_eq!(totp(SEED, Algorithm::Sha512, 8, 30, time).expose(), sha512);
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn rfc_4226() {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, expected) in (0..).zip(codes) {
            let kind = Kind::Hotp { counter };
            let code = generate(&secret, kind, Algorithm::Sha1, Digits::default(), counter);
            let code = code.unwrap();
            assert_eq!(code.expose(), expected);
            assert_eq!((code.valid_from, code.valid_until), (0, 0));
        }
    }

    #[test]
    fn steam_has_its_own_alphabet() {
        let secret = Secret::from_base32("63BEDWCQZKTQWPESARIERL5DTTQFCJTK").unwrap();
        for (time, expected) in [(1_511_200_518, "FR8RV"), (1_511_200_714, "9P3VP")] {
            let step = step_at(Period::default(), time);
            let code = generate(
                &secret,
                Kind::Steam,
                Algorithm::Sha1,
                Digits::default(),
                step,
            );
            assert_eq!(code.unwrap().expose(), expected);
        }
    }

    #[test]
    fn a_code_is_valid_from_its_first_to_its_last_second() {
        for time in [59, 60, 61, 89] {
            let code = totp(b"secret", Algorithm::Sha1, 6, 30, time);
            assert!(code.valid_from <= time && time < code.valid_until);
            assert_eq!(code.valid_until - code.valid_from, 30);
        }
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let code = totp(b"secret", Algorithm::Sha1, 9, 1, u64::MAX);
        assert_eq!((code.expose().len(), code.valid_until), (9, u64::MAX));
    }

    #[test]
    fn debug_shows_no_digits() {
        let code = totp(b"12345678901234567890", Algorithm::Sha1, 8, 30, 59);
        assert_eq!(format!("{code:?}"), "Code(redacted, 30..60)");
    }
}
