//! The kinds of codes, and what each of them leaves no choice in.

use super::{Algorithm, Digits, Error, Period};

/// How the moving part of a code moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With time (RFC 6238).
    Totp {
        /// How long a code is valid.
        period: Period,
    },
    /// With each code (RFC 4226).
    Hotp {
        /// The counter of the next code.
        counter: u64,
    },
    /// With time, in Steam's own alphabet: 5 characters, 30 seconds, SHA1.
    Steam,
    /// With time and a PIN, as mOTP has it: 6 hexadecimal digits, 10 seconds, MD5.
    Motp,
    /// With time and a PIN, as Yandex has it: 8 letters, 30 seconds, SHA256.
    Yandex,
}

impl Kind {
    /// The name on the wire: `totp`, `hotp`, `steam`, `motp` or `yandex`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Totp { .. } => "totp",
            Self::Hotp { .. } => "hotp",
            Self::Steam => "steam",
            Self::Motp => "motp",
            Self::Yandex => "yandex",
        }
    }

    /// Reads the name, for a code that nothing else is known of.
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

    /// The hash function and the length, where a kind leaves no choice. mOTP's function is none of
    /// ours, see [`hash`](Self::hash).
    #[must_use]
    pub fn fixed(self) -> Option<(Algorithm, Digits)> {
        match self {
            Self::Totp { .. } | Self::Hotp { .. } => None,
            Self::Steam => Some((Algorithm::Sha1, Digits::STEAM)),
            Self::Motp => Some((Algorithm::Sha1, Digits(6))),
            Self::Yandex => Some((Algorithm::Sha256, Digits(8))),
        }
    }

    /// What the hash function of such an account is called.
    #[must_use]
    pub fn hash(self, algorithm: Algorithm) -> &'static str {
        match self {
            Self::Motp => "MD5",
            _ => algorithm.as_str(),
        }
    }

    /// Whether codes are made of a PIN, too.
    #[must_use]
    pub fn needs_pin(self) -> bool {
        matches!(self, Self::Motp | Self::Yandex)
    }

    /// The period, where codes move with time.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        match self {
            Self::Totp { period } => Some(period),
            Self::Hotp { .. } => None,
            Self::Steam | Self::Yandex => Some(Period::default()),
            Self::Motp => Some(Period(10)),
        }
    }

    /// The counter, where codes move with each use.
    #[must_use]
    pub fn counter(self) -> Option<u64> {
        match self {
            Self::Hotp { counter } => Some(counter),
            _ => None,
        }
    }
}
