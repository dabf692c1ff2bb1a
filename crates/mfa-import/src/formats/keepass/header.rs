//! The header of a KeePass database.

use crate::crypto::Key;
use crate::crypto::kdf::{self, Argon2, Flavour};
use crate::damage::Damage;

/// The signature of a database.
pub(super) const MAGIC: &[u8] = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5";
const AES_KDF: [&[u8]; 2] = [
    b"\xc9\xd9\xf3\x9a\x62\x8a\x44\x60\xbf\x74\x0d\x08\xc1\x8a\x4f\xea",
    b"\x7c\x02\xbb\x82\x79\xa7\x4a\xc0\x92\x7d\x11\x4a\x00\x64\x82\x38",
];
const ARGON2D: &[u8] = b"\xef\x63\x6d\xdf\x8c\x29\x44\x4b\x91\xf7\xa9\xa4\x03\xe3\x0a\x0c";
const ARGON2ID: &[u8] = b"\x9e\x29\x8b\x19\x56\xdb\x47\x73\xb2\x3d\xfc\x3e\xc6\xf0\xa1\xe6";

/// The unread rest of the input.
pub(super) struct Input<'b>(&'b [u8]);

impl<'b> Input<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn rest(&self) -> &'b [u8] {
        self.0
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8], Damage> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Damage::CutOff)?;
        self.0 = rest;
        Ok(head)
    }

    pub(super) fn int(&mut self) -> Result<u32, Damage> {
        let bytes = self.take(4)?.try_into().map_err(|_| Damage::CutOff)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn short(&mut self) -> Result<u16, Damage> {
        let bytes = self.take(2)?.try_into().map_err(|_| Damage::CutOff)?;
        Ok(u16::from_le_bytes(bytes))
    }

    /// Reads bytes that follow their length.
    pub(super) fn sized(&mut self) -> Result<&'b [u8], Damage> {
        let size = usize::try_from(self.int()?).map_err(|_| Damage::CutOff)?;
        self.take(size)
    }
}

/// The fields of the header.
#[derive(Default)]
pub(super) struct Header<'b> {
    pub(super) version: u16,
    pub(super) cipher: &'b [u8],
    pub(super) compressed: bool,
    pub(super) seed: &'b [u8],
    pub(super) iv: &'b [u8],
    pub(super) kdf: Kdf<'b>,
    /// The first bytes of a decrypted database of version 3.
    pub(super) start: &'b [u8],
    /// The cipher of the protected values in version 3. Version 4 stores it in the encrypted part.
    pub(super) stream: u32,
    pub(super) stream_key: &'b [u8],
}

/// The key derivation settings.
#[derive(Default)]
pub(super) struct Kdf<'b> {
    uuid: &'b [u8],
    salt: &'b [u8],
    rounds: u64,
    memory: u64,
    lanes: u64,
    version: u64,
    /// Whether the settings require more than a salt. No known program writes such a file.
    more: bool,
}

impl<'b> Header<'b> {
    pub(super) fn read(input: &mut Input<'b>) -> Result<Self, Damage> {
        if input.take(MAGIC.len())? != MAGIC {
            return Err(Damage::Header);
        }
        input.short()?;
        let mut header = Self {
            version: input.short()?,
            ..Self::default()
        };
        if !(3..=4).contains(&header.version) {
            return Err(Damage::Version(header.version.into()));
        }
        header.kdf.uuid = AES_KDF[0];
        loop {
            let id = input.take(1)?[0];
            let data = if header.version == 3 {
                let size = input.short()?;
                input.take(size.into())?
            } else {
                input.sized()?
            };
            match id {
                0 => return Ok(header),
                2 => header.cipher = data,
                3 => header.compressed = number(data)? == 1,
                4 => header.seed = data,
                5 => header.kdf.salt = data,
                6 => header.kdf.rounds = number(data)?,
                7 => header.iv = data,
                8 => header.stream_key = data,
                9 => header.start = data,
                10 => header.stream = u32::try_from(number(data)?).map_err(|_| Damage::Header)?,
                11 => header.kdf = Kdf::read(data)?,
                _ => {}
            }
        }
    }
}

impl<'b> Kdf<'b> {
    /// Reads a list of named values, each with its type.
    fn read(data: &'b [u8]) -> Result<Self, Damage> {
        let mut input = Input::new(data);
        let mut kdf = Self::default();
        input.short()?;
        loop {
            if input.take(1)?[0] == 0 {
                return Ok(kdf);
            }
            let name = input.sized()?;
            let value = input.sized()?;
            match name {
                b"$UUID" => kdf.uuid = value,
                b"S" => kdf.salt = value,
                b"R" | b"I" => kdf.rounds = number(value)?,
                b"M" => kdf.memory = number(value)?,
                b"P" => kdf.lanes = number(value)?,
                b"V" => kdf.version = number(value)?,
                b"K" | b"A" => kdf.more = true,
                _ => {}
            }
        }
    }

    /// Derives the key.
    pub(super) fn key(&self, composite: &Key) -> Result<Key, Damage> {
        if AES_KDF.contains(&self.uuid) {
            let seed = self.salt.try_into().map_err(|_| Damage::Header)?;
            return kdf::aes(composite, seed, self.rounds);
        }
        let flavour = match self.uuid {
            ARGON2D => Flavour::D,
            ARGON2ID => Flavour::Id,
            _ => return Err(Damage::Cipher),
        };
        if self.version != 0x13 || self.more {
            return Err(Damage::Cipher);
        }
        let argon2 = Argon2 {
            memory: self.memory / 1024,
            passes: self.rounds,
            lanes: self.lanes,
        };
        argon2.key_of(flavour, &**composite, self.salt)
    }
}

/// Reads a number of 4 or 8 bytes.
fn number(bytes: &[u8]) -> Result<u64, Damage> {
    let mut all = [0; 8];
    all.get_mut(..bytes.len())
        .ok_or(Damage::Header)?
        .copy_from_slice(bytes);
    Ok(u64::from_le_bytes(all))
}
