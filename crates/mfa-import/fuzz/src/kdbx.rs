//! Builds a KeePass database with valid checksums around some contents, so that a fuzzer reaches them.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};

const HEAD: &[u8] = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\0\0\x04\0";
const CHACHA20: &[u8] = b"\xd6\x03\x8a\x2b\x8b\x6f\x4c\xb5\xa5\x24\x33\x9a\x31\xdb\xb5\x9a";
const AES_KDF: &[u8] = b"\x7c\x02\xbb\x82\x79\xa7\x4a\xc0\x92\x7d\x11\x4a\x00\x64\x82\x38";
const SEED: [u8; 32] = [7; 32];
const NONCE: [u8; 12] = [9; 12];

/// Returns a database of version 4 with the password `test`. The first bit of `inside` says whether the
/// contents are compressed.
pub fn around(inside: &[u8]) -> Vec<u8> {
    let (flags, inside) = inside.split_first().unwrap_or((&0, inside));
    let header = header(flags & 1);
    let composite = Sha256::digest(Sha256::digest(b"test"));
    let transformed = transform(composite.into());
    let key = Sha256::digest([&SEED[..], &transformed].concat());
    let base = Sha512::digest([&SEED[..], &transformed, &[1]].concat());
    let mut sealed = inside.to_vec();
    ChaCha20::new(&key, &NONCE.into()).apply_keystream(&mut sealed);

    let mut file = header.clone();
    file.extend(Sha256::digest(&header));
    file.extend(sum(&base, u64::MAX, &[&header]));
    for (index, block) in [&sealed[..], &[]].into_iter().enumerate() {
        let index = index as u64;
        let size = (block.len() as u32).to_le_bytes();
        file.extend(sum(&base, index, &[&index.to_le_bytes(), &size, block]));
        file.extend(size);
        file.extend(block);
    }
    file
}

fn header(compressed: u8) -> Vec<u8> {
    let kdf = [
        &b"\0\x01"[..],
        &value(0x42, b"$UUID", AES_KDF),
        &value(0x42, b"S", &SEED),
        &value(0x05, b"R", &1_u64.to_le_bytes()),
        b"\0",
    ];
    [
        HEAD,
        &field(2, CHACHA20),
        &field(3, &[compressed, 0, 0, 0]),
        &field(4, &SEED),
        &field(7, &NONCE),
        &field(11, &kdf.concat()),
        &field(0, b"\r\n\r\n"),
    ]
    .concat()
}

fn field(id: u8, data: &[u8]) -> Vec<u8> {
    [&[id][..], &(data.len() as u32).to_le_bytes(), data].concat()
}

fn value(kind: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
    let sizes = [name.len() as u32, data.len() as u32].map(u32::to_le_bytes);
    [&[kind][..], &sizes[0], name, &sizes[1], data].concat()
}

/// Encrypts both halves with one round of AES.
fn transform(composite: [u8; 32]) -> [u8; 32] {
    let cipher = aes::Aes256::new(&SEED.into());
    let mut key = composite;
    for half in key.chunks_exact_mut(16) {
        let mut block = aes::Block::try_from(&*half).expect("half of 32 is 16");
        cipher.encrypt_block(&mut block);
        half.copy_from_slice(&block);
    }
    Sha256::digest(key).into()
}

fn sum(base: &[u8], index: u64, parts: &[&[u8]]) -> Vec<u8> {
    let key = Sha512::digest([&index.to_le_bytes(), base].concat());
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| hmac.update(part));
    hmac.finalize().into_bytes().to_vec()
}
