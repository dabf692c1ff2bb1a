//! libsodium's `crypto_secretstream_xchacha20poly1305`, limited to a single message.

use chacha20::cipher::array::Array;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use chacha20::{ChaCha20, R20, hchacha};
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit;

use super::Key;
use super::cipher::Plain;

/// The size of a ChaCha20 block, in bytes. One byte of tag precedes the message, and a checksum of 16 bytes
/// follows it.
const BLOCK: usize = 64;

/// Decrypts the first message of a stream. The tag, which describes the next message, is ignored.
pub(crate) fn open(key: &Key, header: &[u8; 24], sealed: &[u8]) -> Option<Plain> {
    let (body, mac) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
    let (tag, body) = body.split_first()?;
    let (salt, rest) = header.split_at(16);
    let subkey = hchacha::<R20>((&**key).into(), &Array::try_from(salt).ok()?);
    let mut nonce = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    nonce[4..].copy_from_slice(rest);
    let mut cipher = ChaCha20::new(&subkey, &nonce.into());

    // Block 0 is the key of the checksum, block 1 encrypts the tag, and the message begins at block 2.
    let mut mac_key = [0; BLOCK];
    cipher.apply_keystream(&mut mac_key);
    let mut checked = Plain::new(vec![0; BLOCK]);
    checked[0] = *tag;
    cipher.apply_keystream(&mut checked);
    checked[0] = *tag;
    checked.extend_from_slice(body);
    // libsodium pads like this, without filling the block.
    checked.extend_from_slice(&[0; 16][..body.len() & 15]);
    checked.extend_from_slice(&0_u64.to_le_bytes());
    checked.extend_from_slice(&(BLOCK as u64 + body.len() as u64).to_le_bytes());
    let sum = Poly1305::new(mac_key.first_chunk::<32>()?.into()).compute_unpadded(&checked);
    if sum.as_slice() != mac {
        return None;
    }
    let mut plain = Plain::new(body.to_vec());
    cipher.try_seek(2 * BLOCK as u64).ok()?;
    cipher.apply_keystream(&mut plain);
    Some(plain)
}
