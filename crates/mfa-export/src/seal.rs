//! Encrypts exports with a password, as the apps do. mfa-import has the other direction, `crypto`.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use argon2::{Config, ThreadMode, Variant, Version};
use chacha20::cipher::array::Array;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use chacha20::{ChaCha20, R20, hchacha};
use poly1305::Poly1305;
use zeroize::Zeroizing;

use crate::Bytes;
use crate::failure::Failure;

/// A key of 256 bits.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The size of a ChaCha20 block, in bytes.
const BLOCK: usize = 64;
/// The tag of the last message of a stream.
const FINAL: u8 = 3;

/// The cost of scrypt: N is 2 to the power of `log_n`.
#[derive(Clone, Copy)]
pub(crate) struct Scrypt {
    pub(crate) log_n: u8,
    pub(crate) r: u32,
    pub(crate) p: u32,
}

impl Scrypt {
    /// Derives a key.
    pub(crate) fn key(self, password: &str, salt: &[u8]) -> Result<Key, Failure> {
        let parameters = scrypt::Params::new(self.log_n, self.r, self.p);
        let parameters = parameters.map_err(|_| Failure::Encrypt)?;
        let mut key = Key::default();
        scrypt::scrypt(password.as_bytes(), salt, &parameters, &mut *key)
            .map_err(|_| Failure::Encrypt)?;
        Ok(key)
    }
}

/// Derives a key with Argon2id and one lane, from its memory in KiB and its passes.
pub(crate) fn argon2id(
    password: &str,
    salt: &[u8],
    memory: u32,
    passes: u32,
) -> Result<Key, Failure> {
    let config = Config {
        ad: &[],
        hash_length: 32,
        lanes: 1,
        mem_cost: memory,
        secret: &[],
        thread_mode: ThreadMode::Sequential,
        time_cost: passes,
        variant: Variant::Argon2id,
        version: Version::Version13,
    };
    let hash = argon2::hash_raw(password.as_bytes(), salt, &config).map(Zeroizing::new);
    let hash = hash.map_err(|_| Failure::Encrypt)?;
    let key = hash.as_slice().try_into().map_err(|_| Failure::Encrypt)?;
    Ok(Key::new(key))
}

/// Encrypts with AES-256-GCM. Returns the encrypted text and its tag.
pub(crate) fn gcm(key: &Key, nonce: &[u8; 12], text: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let cipher = Aes256Gcm::new((&**key).into());
    let payload = Payload {
        msg: text,
        aad: b"",
    };
    let sealed = cipher.encrypt(nonce.into(), payload);
    let mut sealed = sealed.map_err(|_| Failure::Encrypt)?;
    let tag = sealed.split_off(text.len());
    Ok((sealed, tag))
}

/// Encrypts with libsodium's `crypto_secretstream_xchacha20poly1305`: a stream of one message, which is the last one.
pub(crate) fn stream(key: &Key, header: &[u8; 24], text: &[u8]) -> Result<Vec<u8>, Failure> {
    let (salt, rest) = header.split_at(16);
    let salt = Array::try_from(salt).map_err(|_| Failure::Encrypt)?;
    let subkey = hchacha::<R20>((&**key).into(), &salt);
    let mut nonce = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    nonce[4..].copy_from_slice(rest);
    let mut cipher = ChaCha20::new(&subkey, &nonce.into());

    // Block 0 is the key of the checksum, block 1 encrypts the tag, and the message begins at block 2.
    let mut mac_key = Zeroizing::new([0; BLOCK]);
    cipher.apply_keystream(&mut *mac_key);
    let mut checked = Bytes::new(vec![0; BLOCK]);
    checked[0] = FINAL;
    cipher.apply_keystream(&mut checked);
    let mut sealed = vec![checked[0]];
    sealed.extend_from_slice(text);
    cipher.apply_keystream(&mut sealed[1..]);
    checked.extend_from_slice(&sealed[1..]);
    // libsodium pads like this, without filling the block.
    checked.extend_from_slice(&[0; 16][..text.len() & 15]);
    checked.extend_from_slice(&0_u64.to_le_bytes());
    checked.extend_from_slice(&(BLOCK as u64 + text.len() as u64).to_le_bytes());
    let mac_key = mac_key.first_chunk::<32>().ok_or(Failure::Encrypt)?;
    let sum = Poly1305::new(mac_key.into()).compute_unpadded(&checked);
    sealed.extend_from_slice(&sum);
    Ok(sealed)
}
