//! The kinds of codes, and the parameters that each of them fixes.

use super::{Algorithm, Digits, Error, Period};

/// The kind of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Time-based (RFC 6238).
    Totp {
        /// The number of seconds that a code is valid.
        period: Period,
    },
    /// Counter-based (RFC 4226).
    Hotp {
        /// The counter of the next code.
        counter: u64,
    },
    /// Time-based, in Steam's alphabet: 5 characters, 30 seconds, SHA1.
    Steam,
    /// Time-based with a PIN, as mOTP defines it: 6 hexadecimal digits, 10 seconds, MD5.
    Motp,
    /// Time-based with a PIN, as Yandex defines it: 8 letters, 30 seconds, SHA256.
    Yandex,
    /// A kind that only a newer program knows. This program makes no codes for it.
    Unknown,
}

impl Kind {
    /// Returns the name on the wire: `totp`, `hotp`, `steam`, `motp` or `yandex`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Totp { .. } => "totp",
            Self::Hotp { .. } => "hotp",
            Self::Steam => "steam",
            Self::Motp => "motp",
            Self::Yandex => "yandex",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the name. The kind has default parameters.
    ///
    /// # Errors
    /// [`Error::Kind`].
    pub fn parse(name: &str) -> Result<Self, Error> {
        match name.to_ascii_lowercase().as_str() {
            "totp" => Ok(Self::Totp {
                period: Period::default(),
            }),
            "hotp" => Ok(Self::Hotp { counter: 0 }),
            "steam" => Ok(Self::Steam),
            "motp" => Ok(Self::Motp),
            "yandex" => Ok(Self::Yandex),
            _ => Err(Error::Kind),
        }
    }

    /// Returns the hash function and the length that a kind fixes, or `None` if it fixes none. For the hash
    /// function of mOTP, see [`hash`](Self::hash).
    #[must_use]
    pub fn fixed(self) -> Option<(Algorithm, Digits)> {
        match self {
            Self::Totp { .. } | Self::Hotp { .. } | Self::Unknown => None,
            Self::Steam => Some((Algorithm::Sha1, Digits::STEAM)),
            Self::Motp => Some((Algorithm::Sha1, Digits(6))),
            Self::Yandex => Some((Algorithm::Sha256, Digits(8))),
        }
    }

    /// Returns the name of the hash function for an account with this algorithm.
    #[must_use]
    pub fn hash(self, algorithm: Algorithm) -> &'static str {
        match self {
            Self::Motp => "MD5",
            _ => algorithm.as_str(),
        }
    }

    /// Returns whether codes need a PIN.
    #[must_use]
    pub fn needs_pin(self) -> bool {
        matches!(self, Self::Motp | Self::Yandex)
    }

    /// Returns the period, or `None` for a counter-based kind.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        match self {
            Self::Totp { period } => Some(period),
            Self::Hotp { .. } | Self::Unknown => None,
            Self::Steam | Self::Yandex => Some(Period::default()),
            Self::Motp => Some(Period(10)),
        }
    }

    /// Returns the counter, or `None` for a time-based kind.
    #[must_use]
    pub fn counter(self) -> Option<u64> {
        match self {
            Self::Hotp { counter } => Some(counter),
            _ => None,
        }
    }
}
