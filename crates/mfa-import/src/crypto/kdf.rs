//! Derives keys from passwords.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};
use argon2::{Config, ThreadMode, Variant, Version};
use pbkdf2::hmac::EagerHash;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Key;
use crate::damage::Damage;

/// The largest number of PBKDF2 rounds. Bitwarden uses up to two million.
const MAX_ROUNDS: u64 = 5_000_000;
/// The largest amount of memory for scrypt, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 256 * 1024 * 1024;
/// The largest amount of work for scrypt: the number of times that blocks of 64 bytes are mixed. Aegis uses
/// an eighth of a million.
const MAX_SCRYPT_WORK: u64 = 8 * 1024 * 1024;
/// The largest amount of memory for Argon2, in KiB. Ente uses that much.
const MAX_ARGON2_MEMORY: u64 = 1024 * 1024;
/// The largest amount of work for Argon2: memory times passes. Ente uses 4 GiB.
const MAX_ARGON2_WORK: u64 = 4 * 1024 * 1024;

/// The largest number of AES rounds.
const MAX_AES_ROUNDS: u64 = 100_000_000;

/// Returns a checked parameter of the file. Under a fuzzer, returns the smallest value, so that the fuzzer
/// reaches the code behind the key derivation.
fn cost<N>(asked: N, least: N) -> N {
    if cfg!(fuzzing) { least } else { asked }
}

/// Derives a key with PBKDF2 and HMAC of a hash function.
pub(crate) fn pbkdf2<D: EagerHash>(
    password: &[u8],
    salt: &[u8],
    rounds: u64,
) -> Result<Key, Damage> {
    let rounds = u32::try_from(rounds)
        .ok()
        .filter(|rounds| (1..=MAX_ROUNDS).contains(&(*rounds).into()));
    let rounds = cost(rounds.ok_or(Damage::Work)?, 1);
    let mut key = Key::default();
    pbkdf2::pbkdf2_hmac::<D>(password, salt, rounds, &mut *key);
    Ok(key)
}

/// The parameters of scrypt.
#[derive(Clone, Copy)]
pub(crate) struct Scrypt {
    pub(crate) n: u64,
    pub(crate) r: u64,
    pub(crate) p: u64,
}

impl Scrypt {
    /// Returns the amount of work, unless it is too much.
    fn work(self) -> Option<u64> {
        let block = self.n.checked_mul(self.r)?;
        let work = block.checked_mul(self.p)?;
        let fits = block.checked_mul(128)? <= MAX_SCRYPT_MEMORY && work <= MAX_SCRYPT_WORK;
        fits.then_some(work)
    }

    /// Derives a key, and subtracts its work from `budget`.
    pub(crate) fn key(
        self,
        password: &[u8],
        salt: &[u8],
        budget: &mut Budget,
    ) -> Result<Key, Damage> {
        let work = self.work().ok_or(Damage::Work)?;
        budget.0 = budget.0.checked_sub(work).ok_or(Damage::Work)?;
        let small = |number| u32::try_from(number).map_err(|_| Damage::Work);
        if !self.n.is_power_of_two() {
            return Err(Damage::Field("n"));
        }
        let log_n = u8::try_from(self.n.ilog2()).map_err(|_| Damage::Work)?;
        let parameters = scrypt::Params::new(cost(log_n, 1), small(self.r)?, small(self.p)?);
        let parameters = parameters.map_err(|_| Damage::Field("n"))?;
        let mut key = Key::default();
        scrypt::scrypt(password, salt, &parameters, &mut *key).map_err(|_| Damage::Field("n"))?;
        Ok(key)
    }
}

/// The work that all keys of a file may take together.
pub(crate) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_SCRYPT_WORK)
    }
}

/// The parameters of Argon2.
#[derive(Clone, Copy)]
pub(crate) struct Argon2 {
    /// The memory in KiB.
    pub(crate) memory: u64,
    pub(crate) passes: u64,
    pub(crate) lanes: u64,
}

/// The variants of Argon2.
#[derive(Clone, Copy)]
pub(crate) enum Flavour {
    D,
    Id,
}

impl Argon2 {
    /// Derives a key with Argon2id.
    pub(crate) fn key(self, password: &[u8], salt: &[u8]) -> Result<Key, Damage> {
        self.key_of(Flavour::Id, password, salt)
    }

    /// Derives a key.
    pub(crate) fn key_of(
        self,
        flavour: Flavour,
        password: &[u8],
        salt: &[u8],
    ) -> Result<Key, Damage> {
        let work = self.memory.checked_mul(self.passes);
        let fits =
            work.is_some_and(|work| work <= MAX_ARGON2_WORK) && self.memory <= MAX_ARGON2_MEMORY;
        if !fits || self.lanes > 64 {
            return Err(Damage::Work);
        }
        let small = |number| u32::try_from(number).map_err(|_| Damage::Work);
        let config = Config {
            ad: &[],
            hash_length: 32,
            lanes: small(self.lanes)?,
            mem_cost: cost(small(self.memory)?, 8 * small(self.lanes)?),
            secret: &[],
            // The confined process cannot start threads.
            thread_mode: ThreadMode::Sequential,
            time_cost: cost(small(self.passes)?, 1),
            variant: match flavour {
                Flavour::D => Variant::Argon2d,
                Flavour::Id => Variant::Argon2id,
            },
            version: Version::Version13,
        };
        let hash = argon2::hash_raw(password, salt, &config).map(Zeroizing::new);
        let hash = hash.map_err(|_| Damage::Field("salt"))?;
        Ok(Key::new(
            hash.as_slice().try_into().map_err(|_| Damage::Inside)?,
        ))
    }
}

/// Returns the SHA-256 of some bytes, which some apps use as a key.
pub(crate) fn sha256(bytes: &[u8]) -> Key {
    Key::new(Sha256::digest(bytes).into())
}

/// Derives a key by encrypting another key with AES repeatedly, as KeePass did before Argon2.
pub(crate) fn aes(key: &Key, seed: &[u8; 32], rounds: u64) -> Result<Key, Damage> {
    if rounds > MAX_AES_ROUNDS {
        return Err(Damage::Work);
    }
    let cipher = Aes256::new(seed.into());
    let mut blocks: [Block; 2] = [Block::default(), Block::default()];
    for (block, half) in blocks.iter_mut().zip(key.chunks(16)) {
        block.copy_from_slice(half);
    }
    for _ in 0..cost(rounds, 1) {
        cipher.encrypt_blocks(&mut blocks);
    }
    let [first, second] = blocks;
    Ok(sha256(&Zeroizing::new([&first[..], &second].concat())))
}
