//! Checks what a file unpacks to, before the crate keepass reads it as a whole.
//!
//! Whoever knows the passphrase of a file may have made it so that a few bytes become many: packed, a megabyte of zeros
//! takes a thousand bytes, and small elements take more room in memory than in the file. keepass unpacks all of it, and
//! does not tell how much that is. So a file that a client names is decrypted here first, unpacked piece by piece, and
//! counted. That takes the key derivation once more.

use std::io::{self, BufRead, BufReader, Read};

use aes::cipher::{BlockCipherEncrypt, KeyInit as _};
use aes::{Aes256, Block};
use argon2::{Config, ThreadMode, Variant, Version};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use chacha20::ChaCha20;
use chacha20::cipher::StreamCipher;
use flate2::read::GzDecoder;
use hmac::{Hmac, Mac};
use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256, Sha512};
use twofish::Twofish;
use zeroize::{Zeroize, Zeroizing};

use crate::Error;
use crate::cost::{END, Input, KDF, MAGIC, number};

/// The most that a file may unpack to, in bytes, attachments included.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The maximum number of elements, each of which takes more room in memory than in the file. An account has about fifty
/// of them, and as many for each older version.
const MAX_ELEMENTS: usize = 5_000_000;
/// The maximum number of entries, older versions included, and of groups.
const MAX_ITEMS: usize = 250_000;
/// The deepest nesting of elements. The reader that keepass uses gives up at 128 without saying why, and its stack has to
/// be large enough. KeePassXC's groups are rarely ten deep.
const MAX_DEPTH: usize = 120;
/// The maximum number of attachments.
const MAX_ATTACHMENTS: usize = 100_000;

const AES: &[u8] = b"\x31\xc1\xf2\xe6\xbf\x71\x43\x50\xbe\x58\x05\x21\x6a\xfc\x5a\xff";
const TWOFISH: &[u8] = b"\xad\x68\xf2\x9f\x57\x6f\x4b\xb9\xa3\x6a\xd4\x7a\xf9\x65\x34\x6c";
const CHACHA20: &[u8] = b"\xd6\x03\x8a\x2b\x8b\x6f\x4c\xb5\xa5\x24\x33\x9a\x31\xdb\xb5\x9a";
const AES_KDF: [&[u8]; 2] = [
    b"\xc9\xd9\xf3\x9a\x62\x8a\x44\x60\xbf\x74\x0d\x08\xc1\x8a\x4f\xea",
    b"\x7c\x02\xbb\x82\x79\xa7\x4a\xc0\x92\x7d\x11\x4a\x00\x64\x82\x38",
];
const ARGON2D: &[u8] = b"\xef\x63\x6d\xdf\x8c\x29\x44\x4b\x91\xf7\xa9\xa4\x03\xe3\x0a\x0c";
const ARGON2ID: &[u8] = b"\x9e\x29\x8b\x19\x56\xdb\x47\x73\xb2\x3d\xfc\x3e\xc6\xf0\xa1\xe6";

/// A derived key.
type Key = Zeroizing<[u8; 32]>;

/// Makes sure that a KDBX 4 file holds no more than a real one would. What it may cost to open has been checked before.
///
/// # Errors
/// [`Error::TooMuch`], [`Error::WrongPassphrase`], and [`Error::Damaged`].
pub(crate) fn check(bytes: &[u8], passphrase: &str) -> Result<(), Error> {
    let (header, rest) = Header::read(bytes).ok_or(Error::Damaged)?;
    let transformed = header.kdf.key(passphrase).ok_or(Error::Damaged)?;
    let sums = Sums::new(header.seed, &transformed);
    let head = &bytes[..bytes.len() - rest.len()];
    let mut input = Input::new(rest);
    let hash = input.take(32).ok_or(Error::Damaged)?;
    if Sha256::digest(head).as_slice() != hash {
        return Err(Error::Damaged);
    }
    if !sums.fit(u64::MAX, &[head], input.take(32).ok_or(Error::Damaged)?) {
        return Err(Error::WrongPassphrase);
    }
    let sealed = sums.blocks(&mut input).ok_or(Error::Damaged)?;
    let plain = header.decrypt(&transformed, sealed).ok_or(Error::Damaged)?;
    match header.is_packed {
        true => count(GzDecoder::new(&plain[..]), MAX_BYTES),
        false => count(&plain[..], MAX_BYTES),
    }
}

/// Counts what is in a text that is unpacked as it is read.
fn count(text: impl Read, max: u64) -> Result<(), Error> {
    let mut text = BufReader::new(text.take(max + 1));
    let counted = attachments(&mut text).and_then(|()| elements(&mut text));
    match text.get_ref().limit() {
        0 => Err(Error::TooMuch("more than 256 MiB")),
        _ => counted,
    }
}

/// Reads what is before the document: the key of the protected values, and attachments.
fn attachments(text: &mut impl BufRead) -> Result<(), Error> {
    let mut count = 0;
    loop {
        let mut head = [0; 5];
        text.read_exact(&mut head).map_err(|_| Error::Damaged)?;
        let size = number(&head[1..]).ok_or(Error::Damaged)?;
        let skipped = io::copy(&mut text.take(size), &mut io::sink());
        if skipped.map_err(|_| Error::Damaged)? != size {
            return Err(Error::Damaged);
        }
        if head[0] == END {
            return Ok(());
        }
        count += 1;
        if count > MAX_ATTACHMENTS {
            return Err(Error::TooMuch("more than 100,000 attachments"));
        }
    }
}

/// Counts the elements of the document, and how deep they are.
fn elements(text: &mut impl BufRead) -> Result<(), Error> {
    let mut reader = Reader::from_reader(text);
    let mut piece = Vec::new();
    let (mut depth, mut count, mut items) = (0_usize, 0_usize, 0_usize);
    let counted = loop {
        piece.zeroize();
        let (name, opens) = match reader.read_event_into(&mut piece) {
            Ok(Event::Start(tag)) => (tag.name().as_ref().to_owned(), true),
            Ok(Event::Empty(tag)) => (tag.name().as_ref().to_owned(), false),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Ok(Event::Eof) => break Ok(()),
            Ok(_) => continue,
            Err(_) => break Err(Error::Damaged),
        };
        // A KDBX 4 file has its attachments before the document. Those of older ones can be packed once more.
        if name == "Binaries" {
            break Err(Error::TooMuch("attachments of an older format"));
        }
        depth += usize::from(opens);
        count += 1;
        items += usize::from(["Entry", "Group"].contains(&&*name));
        if depth >= MAX_DEPTH {
            break Err(Error::TooMuch("groups that are nested too deeply"));
        }
        if count > MAX_ELEMENTS || items > MAX_ITEMS {
            break Err(Error::TooMuch("too many entries"));
        }
    };
    piece.zeroize();
    counted
}

/// The fields of the header that the contents depend on. Of a field that occurs twice, the last one counts, as in keepass.
#[derive(Default)]
struct Header<'b> {
    cipher: &'b [u8],
    is_packed: bool,
    seed: &'b [u8],
    iv: &'b [u8],
    kdf: Kdf<'b>,
}

/// The settings of the key derivation.
#[derive(Default)]
struct Kdf<'b> {
    uuid: &'b [u8],
    salt: &'b [u8],
    rounds: u64,
    iterations: u64,
    memory: u64,
    lanes: u64,
    version: u64,
}

impl<'b> Header<'b> {
    /// Reads the header of a KDBX 4 file. Returns what follows it, too.
    fn read(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let mut input = Input::new(bytes.strip_prefix(MAGIC)?);
        // The rest of the signature, and the version.
        input.take(4 + 4)?;
        let mut header = Self::default();
        loop {
            let id = *input.take(1)?.first()?;
            let data = input.sized()?;
            match id {
                END => return Some((header, input.rest())),
                2 => header.cipher = data,
                3 => header.is_packed = number(data)? == 1,
                4 => header.seed = data,
                7 => header.iv = data,
                KDF => header.kdf = Kdf::read(data)?,
                _ => {}
            }
        }
    }

    fn decrypt(&self, transformed: &Key, mut sealed: Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        let key: Key = hash(&[self.seed, &**transformed]);
        let plain = match self.cipher {
            AES => Decryptor::<Aes256>::new_from_slices(&*key, self.iv)
                .ok()?
                .decrypt_padded_vec::<Pkcs7>(&sealed)
                .ok()?,
            TWOFISH => Decryptor::<Twofish>::new_from_slices(&*key, self.iv)
                .ok()?
                .decrypt_padded_vec::<Pkcs7>(&sealed)
                .ok()?,
            CHACHA20 => {
                let cipher = ChaCha20::new_from_slices(&*key, self.iv);
                cipher.ok()?.apply_keystream(&mut sealed);
                sealed
            }
            _ => return None,
        };
        Some(Zeroizing::new(plain))
    }
}

impl<'b> Kdf<'b> {
    fn read(data: &'b [u8]) -> Option<Self> {
        let mut input = Input::new(data);
        let mut kdf = Self::default();
        input.take(2)?;
        while *input.take(1)?.first()? != 0 {
            let (name, value) = (input.sized()?, input.sized()?);
            match name {
                b"$UUID" => kdf.uuid = value,
                b"S" => kdf.salt = value,
                b"R" => kdf.rounds = number(value)?,
                b"I" => kdf.iterations = number(value)?,
                b"M" => kdf.memory = number(value)?,
                b"P" => kdf.lanes = number(value)?,
                b"V" => kdf.version = number(value)?,
                _ => {}
            }
        }
        Some(kdf)
    }

    /// Derives the key of a passphrase.
    fn key(&self, passphrase: &str) -> Option<Key> {
        let composite = hash(&[&*hash(&[passphrase.as_bytes()])]);
        if AES_KDF.contains(&self.uuid) {
            return self.aes(&composite);
        }
        let variant = match self.uuid {
            ARGON2D => Variant::Argon2d,
            ARGON2ID => Variant::Argon2id,
            _ => return None,
        };
        let config = Config {
            ad: &[],
            hash_length: 32,
            lanes: u32::try_from(self.lanes).ok()?,
            mem_cost: u32::try_from(self.memory / 1024).ok()?,
            secret: &[],
            thread_mode: ThreadMode::Parallel,
            time_cost: u32::try_from(self.iterations).ok()?,
            variant,
            version: match self.version {
                0x10 => Version::Version10,
                0x13 => Version::Version13,
                _ => return None,
            },
        };
        let derived = Zeroizing::new(argon2::hash_raw(&*composite, self.salt, &config).ok()?);
        Some(Zeroizing::new(derived.as_slice().try_into().ok()?))
    }

    fn aes(&self, composite: &Key) -> Option<Key> {
        let cipher = Aes256::new_from_slice(self.salt).ok()?;
        let mut halves: [Block; 2] = [
            Block::try_from(&composite[..16]).ok()?,
            Block::try_from(&composite[16..]).ok()?,
        ];
        for _ in 0..self.rounds {
            halves
                .iter_mut()
                .for_each(|half| cipher.encrypt_block(half));
        }
        Some(hash(&[halves[0].as_slice(), halves[1].as_slice()]))
    }
}

fn hash(parts: &[&[u8]]) -> Key {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    Zeroizing::new(hash.finalize().into())
}

/// The keys of the checksums of the header and the blocks.
struct Sums(Zeroizing<Vec<u8>>);

impl Sums {
    fn new(seed: &[u8], transformed: &Key) -> Self {
        let base = Zeroizing::new([seed, &**transformed, &[1]].concat());
        Self(Zeroizing::new(Sha512::digest(&*base).to_vec()))
    }

    fn sum(&self, index: u64, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let key = Sha512::digest([&index.to_le_bytes()[..], &self.0].concat());
        let mut hmac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        parts.iter().for_each(|part| hmac.update(part));
        Some(hmac)
    }

    fn fit(&self, index: u64, parts: &[&[u8]], sum: &[u8]) -> bool {
        let own = self.sum(index, parts);
        own.is_some_and(|own| own.verify_slice(sum).is_ok())
    }

    /// Reads all blocks up to the empty one, and joins them.
    fn blocks(&self, input: &mut Input<'_>) -> Option<Vec<u8>> {
        let mut sealed = Vec::new();
        for index in 0_u64.. {
            let sum = input.take(32)?;
            let block = input.sized()?;
            let size = u32::try_from(block.len()).ok()?;
            let parts = [&index.to_le_bytes()[..], &size.to_le_bytes(), block];
            if !self.fit(index, &parts, sum) {
                return None;
            }
            if block.is_empty() {
                break;
            }
            sealed.extend_from_slice(block);
        }
        Some(sealed)
    }
}

#[cfg(test)]
mod tests;
