//! The stream that encrypts the protected values of a KeePass database: one for all values, in their order.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use salsa20::Salsa20;
use sha2::{Digest, Sha256, Sha512};

use crate::damage::Damage;

/// The nonce of Salsa20, which is always the same.
const NONCE: [u8; 8] = [0xe8, 0x30, 0x09, 0x4b, 0x97, 0x20, 0x5d, 0x2a];

/// A stream.
pub(super) enum Stream {
    /// The values are not encrypted.
    Plain,
    Salsa20(Box<Salsa20>),
    ChaCha20(Box<ChaCha20>),
}

impl Stream {
    pub(super) fn new(id: u32, key: &[u8]) -> Result<Self, Damage> {
        match id {
            0 => Ok(Self::Plain),
            2 => {
                let key = Sha256::digest(key);
                Ok(Self::Salsa20(Box::new(Salsa20::new(&key, &NONCE.into()))))
            }
            3 => {
                let key = Sha512::digest(key);
                let cipher = ChaCha20::new_from_slices(&key[..32], &key[32..44]);
                Ok(Self::ChaCha20(Box::new(
                    cipher.map_err(|_| Damage::Cipher)?,
                )))
            }
            _ => Err(Damage::Cipher),
        }
    }

    /// Decrypts the next value.
    pub(super) fn show(&mut self, hidden: &mut [u8]) -> Result<(), Damage> {
        match self {
            Self::Plain => Ok(()),
            Self::Salsa20(cipher) => cipher
                .try_apply_keystream(hidden)
                .map_err(|_| Damage::Inside),
            Self::ChaCha20(cipher) => cipher
                .try_apply_keystream(hidden)
                .map_err(|_| Damage::Inside),
        }
    }
}
