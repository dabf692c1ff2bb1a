//! Ciphers. None says why something cannot be opened: nobody can tell a wrong key from damage.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

use super::Key;

/// What was inside.
pub(crate) type Plain = Zeroizing<Vec<u8>>;

/// Opens AES-256-GCM with its tag behind it.
pub(crate) fn gcm(key: &Key, nonce: &[u8; 12], sealed: &[u8], aad: &[u8]) -> Option<Plain> {
    let cipher = Aes256Gcm::new((&**key).into());
    let payload = Payload { msg: sealed, aad };
    cipher
        .decrypt(nonce.into(), payload)
        .ok()
        .map(Zeroizing::new)
}
