//! Checks what opening a KeePass file costs, by its header, before anything is spent on it.
//!
//! Anybody who can write the file chooses these numbers, and they take effect before a passphrase proves
//! anything: a file that asks for 4 TiB of memory would end the daemon. keepass spends whatever it is asked
//! for, so the numbers are checked here first, by its own rules. A field that occurs twice is checked twice.

use crate::Error;

/// The maximum memory of Argon2, in bytes. KeePassXC suggests 64 MiB and uses 1 GiB for a user who asks for it.
const MAX_MEMORY: u64 = 1024 * 1024 * 1024;
/// The maximum work of Argon2: bytes of memory times iterations. This is more than a computer does in the ten
/// seconds that opening may take.
const MAX_WORK: u64 = 8 * MAX_MEMORY;
/// The maximum number of lanes of Argon2, each of which is a thread.
const MAX_LANES: u64 = 128;
/// The maximum number of rounds of AES: KeePassXC's slider ends at what a fast computer does in five seconds.
const MAX_ROUNDS: u64 = 300_000_000;

/// The signature at the start of every KeePass file.
pub(crate) const MAGIC: &[u8] = b"\x03\xd9\xa2\x9a";
/// The rest of the signature of a KeePass 1 file.
const KEEPASS_1: &[u8] = b"\x65\xfb\x4b\xb5";
/// The size of the fields between the signature and the rounds, in the fixed-size header of KeePass 1.
const KEEPASS_1_FIELDS: usize = 4 + 4 + 16 + 16 + 4 + 4 + 32 + 32;

/// The header fields that matter; all versions number them alike.
pub(crate) const END: u8 = 0;
const ROUNDS: u8 = 6;
pub(crate) const KDF: u8 = 11;

/// Makes sure that opening a file takes no more memory and time than a real one needs.
///
/// # Errors
/// Returns an error if the file asks for too much or is damaged.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Error> {
    let cost = Cost::read(bytes).ok_or(Error::Damaged)?;
    let too_much = |what| Err(Error::TooCostly(what));
    if cost.memory > MAX_MEMORY {
        return too_much("more than 1 GiB of memory");
    }
    if cost.memory.saturating_mul(cost.iterations) > MAX_WORK {
        return too_much("more Argon2 iterations than fit into ten seconds");
    }
    if cost.lanes > MAX_LANES {
        return too_much("more than 128 threads");
    }
    if cost.rounds > MAX_ROUNDS {
        return too_much("more than 300 million rounds of AES");
    }
    Ok(())
}

/// The cost that a header asks for; the maximum of any value that occurs several times.
#[derive(Default)]
struct Cost {
    memory: u64,
    iterations: u64,
    lanes: u64,
    rounds: u64,
}

impl Cost {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut input = Input(bytes.strip_prefix(MAGIC)?);
        let mut cost = Self::default();
        if input.take(4)? == KEEPASS_1 {
            input.take(KEEPASS_1_FIELDS)?;
            cost.rounds = input.number(4)?;
            return Some(cost);
        }
        let _minor = input.take(2)?;
        let size_of_size = match input.number(2)? {
            3 => 2,
            4 => 4,
            _ => return None,
        };
        loop {
            let kind = *input.take(1)?.first()?;
            let size = usize::try_from(input.number(size_of_size)?).ok()?;
            let data = input.take(size)?;
            match kind {
                END => return Some(cost),
                ROUNDS => cost.rounds = cost.rounds.max(number(data)?),
                KDF => cost.read_kdf(data)?,
                _ => {}
            }
        }
    }

    /// Reads a list of named values, each preceded by its type.
    fn read_kdf(&mut self, data: &[u8]) -> Option<()> {
        let mut input = Input(data);
        let _version = input.take(2)?;
        while *input.take(1)?.first()? != 0 {
            let name = input.sized()?;
            let value = input.sized()?;
            let place = match name {
                b"M" => &mut self.memory,
                b"I" => &mut self.iterations,
                b"P" => &mut self.lanes,
                b"R" => &mut self.rounds,
                _ => continue,
            };
            *place = (*place).max(number(value)?);
        }
        Some(())
    }
}

/// Bytes that are read from the front.
pub(crate) struct Input<'b>(&'b [u8]);

impl<'b> Input<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn rest(&self) -> &'b [u8] {
        self.0
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn number(&mut self, size: usize) -> Option<u64> {
        number(self.take(size)?)
    }

    /// Reads bytes that are preceded by their length.
    pub(crate) fn sized(&mut self) -> Option<&'b [u8]> {
        let size = usize::try_from(self.number(4)?).ok()?;
        self.take(size)
    }
}

/// Reads a little-endian number of up to 8 bytes.
pub(crate) fn number(bytes: &[u8]) -> Option<u64> {
    let mut all = [0; 8];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1024 * 1024 * 1024;

    fn size(bytes: &[u8]) -> [u8; 4] {
        u32::try_from(bytes.len()).unwrap().to_le_bytes()
    }

    /// Returns a header of version 4 that asks for the given values.
    fn version_4(values: &[(&str, u64)]) -> Vec<u8> {
        let mut kdf = vec![0, 1];
        for (name, value) in values {
            kdf.push(5);
            kdf.extend(size(name.as_bytes()));
            kdf.extend(name.as_bytes());
            kdf.extend(8_u32.to_le_bytes());
            kdf.extend(value.to_le_bytes());
        }
        kdf.push(0);
        let mut bytes = [MAGIC, b"\x67\xfb\x4b\xb5", &[1, 0, 4, 0, KDF]].concat();
        bytes.extend(size(&kdf));
        bytes.extend(kdf);
        bytes.extend([END, 0, 0, 0, 0]);
        bytes
    }

    fn version_3(rounds: u64) -> Vec<u8> {
        let mut bytes = [MAGIC, b"\x67\xfb\x4b\xb5", &[1, 0, 3, 0, ROUNDS, 8, 0]].concat();
        bytes.extend(rounds.to_le_bytes());
        bytes.extend([END, 0, 0]);
        bytes
    }

    fn keepass_1(rounds: u32) -> Vec<u8> {
        let mut bytes = [MAGIC, KEEPASS_1, &[0; KEEPASS_1_FIELDS]].concat();
        bytes.extend(rounds.to_le_bytes());
        bytes
    }

    #[test]
    fn what_real_files_ask_for_is_given() {
        for bytes in [
            version_4(&[("M", 64 * 1024 * 1024), ("I", 60), ("P", 4)]),
            version_4(&[("M", GIB), ("I", 8), ("P", 128)]),
            version_4(&[("R", 100_000_000)]),
            version_3(100_000_000),
            keepass_1(300_000_000),
        ] {
            assert!(check(&bytes).is_ok());
        }
    }

    #[test]
    fn what_would_take_the_computer_is_refused() {
        for (bytes, what) in [
            (version_4(&[("M", 4096 * GIB), ("I", 1), ("P", 1)]), "1 GiB"),
            (version_4(&[("M", GIB), ("I", 9)]), "iterations"),
            (version_4(&[("M", GIB), ("I", u64::MAX)]), "iterations"),
            (version_4(&[("M", 65536), ("P", 1 << 24)]), "128 threads"),
            (version_4(&[("R", u64::MAX)]), "rounds"),
            (version_4(&[("R", u64::MAX), ("R", 1)]), "rounds"),
            (version_3(u64::from(u32::MAX)), "rounds"),
            (keepass_1(u32::MAX), "rounds"),
        ] {
            let error = check(&bytes).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn what_is_cut_off_is_damaged() {
        for whole in [version_4(&[("M", 1), ("P", 1)]), version_3(1), keepass_1(1)] {
            for end in 0..whole.len() {
                assert!(check(&whole[..end]).is_err(), "{end}");
            }
        }
    }
}
