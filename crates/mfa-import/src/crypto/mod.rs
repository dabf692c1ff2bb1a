//! What encrypted exports need: a key from a password, and ciphers to open with it.
//!
//! How much work a key is stands in the file, which others wrote. Each derivation has a limit: what
//! takes longer than some seconds or more than 1 GiB is not done.

pub(crate) mod cipher;
pub(crate) mod kdf;
pub(crate) mod stream;

use zeroize::Zeroizing;

use crate::error::Error;

/// A key of 256 bits.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The password, where one is needed.
pub(crate) fn need(password: Option<&[u8]>) -> Result<&[u8], Error> {
    password.ok_or(Error::PasswordNeeded)
}
