//! Errors in a file whose format is known.

use thiserror::Error;

use crate::error::Error as FileError;

/// An error in a file. It never contains anything from the file except its version.
#[derive(Debug, Error)]
pub(crate) enum Damage {
    #[error("the file is not UTF-8 text")]
    NotUtf8,
    #[error("the file is not valid JSON")]
    NotJson,
    #[error("the file is not a readable zip archive")]
    NotZip,
    #[error("the file is not valid XML")]
    NotXml,
    #[error("the file is damaged: it is larger than any real export")]
    TooMuch,
    #[error("the file is damaged: “{0}” is missing or invalid")]
    Field(&'static str),
    #[error("the file contains no accounts")]
    Empty,
    #[error(
        "the file is encrypted with the key of your Bitwarden account, which mfactl does not have"
    )]
    AccountKey,
    #[error("the file is damaged: its header is invalid")]
    Header,
    #[error("the end of the file is missing")]
    CutOff,
    #[error("the encrypted part of the file is damaged")]
    Inside,
    #[error("decrypting the file takes too much time or memory")]
    Work,
    #[error("version {0} of this format is not supported")]
    Version(u64),
    #[error("the file is encrypted with an unknown method")]
    Cipher,
    #[error("the file is encrypted with PGP")]
    Pgp,
    #[error("the file is encrypted with a key that stays on the phone, not with a password")]
    PhoneKey,
}

impl Damage {
    fn advice(&self) -> &'static str {
        match self {
            Self::Version(_) => {
                "Install a newer mfactl, or export the accounts as a list of links."
            }
            Self::Cipher => "Export it again without a password, or as a list of links.",
            Self::Pgp => {
                "Decrypt it first: gpg --decrypt FILE > DECRYPTED. Import that file, then delete it."
            }
            Self::AccountKey | Self::PhoneKey => {
                "Export it again, with a password for the file or without a password."
            }
            Self::Work => {
                "Lower the settings of its key derivation in the app, and export it again."
            }
            Self::Empty => "Check that it is the right file.",
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
