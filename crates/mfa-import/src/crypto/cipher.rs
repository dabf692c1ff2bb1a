//! Ciphers. Decryption returns no reason for a failure, since a wrong key cannot be told from damage.

use aes::Aes256;
use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use chacha20::ChaCha20;
use chacha20::cipher::StreamCipher;
use chacha20poly1305::XChaCha20Poly1305;
use twofish::Twofish;
use zeroize::Zeroizing;

use super::Key;

/// A decrypted text.
pub(crate) type Plain = Zeroizing<Vec<u8>>;

/// Decrypts AES-256-GCM. The tag follows the text.
pub(crate) fn gcm(key: &Key, nonce: &[u8; 12], sealed: &[u8], aad: &[u8]) -> Option<Plain> {
    let cipher = Aes256Gcm::new((&**key).into());
    let payload = Payload { msg: sealed, aad };
    cipher
        .decrypt(nonce.into(), payload)
        .ok()
        .map(Zeroizing::new)
}

/// Decrypts AES-256-GCM with a nonce of 16 bytes.
pub(crate) fn gcm16(key: &Key, nonce: &[u8; 16], sealed: &[u8], aad: &[u8]) -> Option<Plain> {
    let cipher = AesGcm::<Aes256, U16>::new((&**key).into());
    let payload = Payload { msg: sealed, aad };
    cipher
        .decrypt(nonce.into(), payload)
        .ok()
        .map(Zeroizing::new)
}

/// Decrypts AES-256-CBC with padding to whole blocks. With a wrong key the padding is usually invalid, but
/// not always.
pub(crate) fn cbc(key: &Key, iv: &[u8; 16], sealed: &[u8]) -> Option<Plain> {
    let cipher = cbc::Decryptor::<Aes256>::new((&**key).into(), iv.into());
    cipher
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .ok()
        .map(Zeroizing::new)
}

/// Decrypts XChaCha20-Poly1305. The tag follows the text.
pub(crate) fn xchacha(key: &Key, nonce: &[u8; 24], sealed: &[u8]) -> Option<Plain> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher
        .decrypt(nonce.into(), sealed)
        .ok()
        .map(Zeroizing::new)
}

/// Decrypts Twofish-CBC with padding to whole blocks, as [`cbc`] does.
pub(crate) fn cbc_twofish(key: &Key, iv: &[u8; 16], sealed: &[u8]) -> Option<Plain> {
    let cipher = cbc::Decryptor::<Twofish>::new_from_slices(&**key, iv).ok()?;
    cipher
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .ok()
        .map(Zeroizing::new)
}

/// Decrypts ChaCha20, which has no checksum of its own.
pub(crate) fn chacha20(key: &Key, nonce: &[u8; 12], sealed: &[u8]) -> Plain {
    let mut plain = Plain::new(sealed.to_vec());
    ChaCha20::new((&**key).into(), nonce.into()).apply_keystream(&mut plain);
    plain
}
