//! KeePass databases of versions 3 and 4, protected by a password alone.

use std::io::Read;

use flate2::read::GzDecoder;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::header::{Header, Input};
use super::stream::Stream;
use crate::crypto::cipher::{self, Plain};
use crate::crypto::{Key, kdf, need};
use crate::damage::Damage;
use crate::error::Error;

/// The largest unpacked text.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

const AES: &[u8] = b"\x31\xc1\xf2\xe6\xbf\x71\x43\x50\xbe\x58\x05\x21\x6a\xfc\x5a\xff";
const TWOFISH: &[u8] = b"\xad\x68\xf2\x9f\x57\x6f\x4b\xb9\xa3\x6a\xd4\x7a\xf9\x65\x34\x6c";
const CHACHA20: &[u8] = b"\xd6\x03\x8a\x2b\x8b\x6f\x4c\xb5\xa5\x24\x33\x9a\x31\xdb\xb5\x9a";

/// The contents of a database: XML, and the stream that encrypts its protected values.
pub(super) struct Inside {
    pub(super) xml: Plain,
    pub(super) stream: Stream,
}

/// Decrypts a database.
pub(super) fn open(bytes: &[u8], password: Option<&[u8]>) -> Result<Inside, Error> {
    let mut input = Input::new(bytes);
    let header = Header::read(&mut input)?;
    let composite = kdf::sha256(&*kdf::sha256(need(password)?));
    let transformed = header.kdf.key(&composite)?;
    if header.version == 3 {
        open_3(&header, &transformed, input.rest())
    } else {
        open_4(&header, &transformed, bytes, input)
    }
}

fn open_3(header: &Header<'_>, transformed: &Key, sealed: &[u8]) -> Result<Inside, Error> {
    let key = kdf::sha256(&[header.seed, &**transformed].concat());
    let plain = decrypt(header, &key, sealed)?.ok_or(Error::WrongPassword)?;
    // Version 3 has no other checksum.
    let body = plain
        .strip_prefix(header.start)
        .filter(|_| header.start.len() == 32);
    let mut blocks = Input::new(body.ok_or(Error::WrongPassword)?);
    let mut packed = Plain::default();
    loop {
        blocks.take(4)?;
        let hash = blocks.take(32)?;
        let block = blocks.sized()?;
        if block.is_empty() {
            break;
        }
        if Sha256::digest(block).as_slice() != hash {
            return Err(Damage::Inside.into());
        }
        packed.extend_from_slice(block);
    }
    let stream = Stream::new(header.stream, header.stream_key)?;
    Ok(Inside {
        xml: unpack(header, packed)?,
        stream,
    })
}

fn open_4(
    header: &Header<'_>,
    transformed: &Key,
    bytes: &[u8],
    mut input: Input<'_>,
) -> Result<Inside, Error> {
    let head = &bytes[..bytes.len() - input.rest().len()];
    let sums = Sums::new(header.seed, transformed);
    if Sha256::digest(head).as_slice() != input.take(32)? {
        return Err(Damage::Header.into());
    }
    if !sums.fit(u64::MAX, &[head], input.take(32)?) {
        return Err(Error::WrongPassword);
    }
    let sealed = sums.blocks(&mut input)?;
    let key = kdf::sha256(&[header.seed, &**transformed].concat());
    let plain = decrypt(header, &key, &sealed)?.ok_or(Damage::Inside)?;
    Ok(inside(&unpack(header, plain)?)?)
}

/// The keys for the checksums of the header and the blocks.
struct Sums(Zeroizing<Vec<u8>>);

impl Sums {
    fn new(seed: &[u8], transformed: &Key) -> Self {
        let base = Zeroizing::new([seed, &**transformed, &[1]].concat());
        Self(Zeroizing::new(Sha512::digest(&*base).to_vec()))
    }

    fn fit(&self, index: u64, parts: &[&[u8]], sum: &[u8]) -> bool {
        let key = Sha512::digest([&index.to_le_bytes()[..], &self.0].concat());
        let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(&key) else {
            return false;
        };
        parts.iter().for_each(|part| hmac.update(part));
        hmac.verify_slice(sum).is_ok()
    }

    /// Reads all blocks up to the empty one, and joins them.
    fn blocks(&self, input: &mut Input<'_>) -> Result<Vec<u8>, Damage> {
        let mut sealed = Vec::new();
        let mut index = 0_u64;
        loop {
            let sum = input.take(32)?;
            let block = input.sized()?;
            let size = u32::try_from(block.len()).map_err(|_| Damage::CutOff)?;
            let parts = [&index.to_le_bytes()[..], &size.to_le_bytes(), block];
            if !self.fit(index, &parts, sum) {
                return Err(Damage::Inside);
            }
            if block.is_empty() {
                return Ok(sealed);
            }
            sealed.extend_from_slice(block);
            index += 1;
        }
    }
}

/// Reads what precedes the XML in version 4: the key of the protected values, and files.
fn inside(plain: &[u8]) -> Result<Inside, Damage> {
    let mut input = Input::new(plain);
    let (mut stream, mut key) = (0, &[][..]);
    loop {
        let id = input.take(1)?[0];
        let data = input.sized()?;
        match id {
            0 => break,
            1 => stream = Input::new(data).int()?,
            2 => key = data,
            _ => {}
        }
    }
    Ok(Inside {
        xml: Plain::new(input.rest().to_vec()),
        stream: Stream::new(stream, key)?,
    })
}

fn decrypt(header: &Header<'_>, key: &Key, sealed: &[u8]) -> Result<Option<Plain>, Damage> {
    let iv = || header.iv.try_into().map_err(|_| Damage::Header);
    match header.cipher {
        AES => Ok(cipher::cbc(key, iv()?, sealed)),
        TWOFISH => Ok(cipher::cbc_twofish(key, iv()?, sealed)),
        CHACHA20 => {
            let nonce = header.iv.try_into().map_err(|_| Damage::Header)?;
            Ok(Some(cipher::chacha20(key, nonce, sealed)))
        }
        _ => Err(Damage::Cipher),
    }
}

fn unpack(header: &Header<'_>, packed: Plain) -> Result<Plain, Damage> {
    if !header.compressed {
        return Ok(packed);
    }
    let mut plain = Plain::default();
    let read = GzDecoder::new(&packed[..])
        .take(MAX_BYTES + 1)
        .read_to_end(&mut plain);
    read.map_err(|_| Damage::Inside)?;
    if plain.len() as u64 > MAX_BYTES {
        Err(Damage::TooMuch)
    } else {
        Ok(plain)
    }
}

#[cfg(test)]
mod tests;
