//! libsodium's `crypto_secretstream_xchacha20poly1305`, as far as one message needs it.

use chacha20::cipher::array::Array;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use chacha20::{ChaCha20, R20, hchacha};
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit;

use super::Key;
use super::cipher::Plain;

/// A tag of one byte stands before the message, a check sum of 16 behind it.
const BLOCK: usize = 64;

/// Opens the first message of a stream, whatever its tag says of the next.
pub(crate) fn open(key: &Key, header: &[u8; 24], sealed: &[u8]) -> Option<Plain> {
    let (body, mac) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
    let (tag, body) = body.split_first()?;
    let (salt, rest) = header.split_at(16);
    let subkey = hchacha::<R20>((&**key).into(), &Array::try_from(salt).ok()?);
    let mut nonce = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    nonce[4..].copy_from_slice(rest);
    let mut cipher = ChaCha20::new(&subkey, &nonce.into());

    // Block 0 is the key of the check sum, block 1 hides the tag, the message begins at block 2.
    let mut mac_key = [0; BLOCK];
    cipher.apply_keystream(&mut mac_key);
    let mut checked = Plain::new(vec![0; BLOCK]);
    checked[0] = *tag;
    cipher.apply_keystream(&mut checked);
    checked[0] = *tag;
    checked.extend_from_slice(body);
    // The padding is libsodium's: it does not fill the block, and stays as it is.
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
