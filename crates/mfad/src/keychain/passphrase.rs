//! The passphrase of a vault file or of another encrypted file, as a request gives it.

use thiserror::Error as ThisError;
use zeroize::Zeroizing;

/// The longest passphrase in bytes.
const MAX: usize = 1024;

/// A passphrase: neither empty nor longer than anybody types.
pub(crate) struct Passphrase(Zeroizing<String>);

/// Why a text is no passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub(crate) enum Unfit {
    #[error("the passphrase is empty")]
    Empty,
    #[error("the passphrase is too long: at most {MAX} bytes are possible")]
    TooLong,
}

impl Passphrase {
    /// Checks a text.
    pub(crate) fn new(text: String) -> Result<Self, Unfit> {
        let text = Zeroizing::new(text);
        match text.len() {
            0 => Err(Unfit::Empty),
            1..=MAX => Ok(Self(text)),
            _ => Err(Unfit::TooLong),
        }
    }

    /// Returns the text.
    pub(crate) fn into_text(self) -> Zeroizing<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_neither_empty_nor_endless() {
        let refused = |length| Passphrase::new("x".repeat(length)).err();
        assert_eq!(refused(0), Some(Unfit::Empty));
        assert_eq!(refused(1), None);
        assert_eq!(refused(MAX), None);
        assert_eq!(refused(MAX + 1), Some(Unfit::TooLong));
    }
}
