//! Cryptography for encrypted exports: key derivation and ciphers.
//!
//! The file says how much work a key takes, and the file is untrusted. So each derivation has a limit: one
//! that would take longer than some seconds or more than 1 GiB is refused.

pub(crate) mod cipher;
pub(crate) mod kdf;
pub(crate) mod stream;

use zeroize::Zeroizing;

use crate::error::Error;

/// A key of 256 bits.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Returns the password, or an error if there is none.
pub(crate) fn need(password: Option<&[u8]>) -> Result<&[u8], Error> {
    password.ok_or(Error::PasswordNeeded)
}
