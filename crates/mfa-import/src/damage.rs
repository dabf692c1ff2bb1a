//! What can be wrong with a file whose format is known.

use thiserror::Error;

use crate::error::Error as FileError;

/// What is wrong. Never holds anything of the file but its version.
#[derive(Debug, Error)]
pub(crate) enum Damage {
    #[error("the file is not a text in UTF-8")]
    NotUtf8,
    #[error("the file is not valid JSON")]
    NotJson,
    #[error("the file is no zip archive that can be read")]
    NotZip,
    #[error("the file is not valid XML")]
    NotXml,
    #[error("the file is damaged: it holds more than any export does")]
    TooMuch,
    #[error("the file is damaged: its “{0}” is missing or is none")]
    Field(&'static str),
    #[error("there is no account in the file")]
    Empty,
    #[error("the file is encrypted with the key of the account that it was exported from")]
    AccountKey,
    #[error("the file is damaged: its header makes no sense")]
    Header,
    #[error("the file is cut off")]
    CutOff,
    #[error("what was encrypted in the file is damaged")]
    Inside,
    #[error("the file asks for more work than any app does, to make a key of the password")]
    Work,
    #[error("the file is of version {0}, which is not known")]
    Version(u64),
    #[error("the file is encrypted in a way that is not known")]
    Cipher,
    #[error("the file is encrypted with PGP")]
    Pgp,
    #[error("the file is not encrypted with a password, but with a key that stays on the phone")]
    PhoneKey,
}

impl Damage {
    fn advice(&self) -> &'static str {
        match self {
            Self::Version(_) | Self::Cipher => {
                "Export it without a password, or as a list of links."
            }
            Self::Pgp => "Open it first: gpg --decrypt FILE > OPENED. Import that, and remove it.",
            Self::AccountKey | Self::PhoneKey => {
                "Export it again, with a password for the file or without any."
            }
            Self::Empty => "Is it the right one?",
            _ => "Export it again.",
        }
    }
}

impl From<Damage> for FileError {
    fn from(damage: Damage) -> Self {
        let advice = damage.advice();
        Self::damaged(damage, advice)
    }
}
