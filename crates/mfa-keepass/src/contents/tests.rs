//! Tests with files that somebody has made for us.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use keepass::Database;
use keepass::config::{CompressionConfig, KdfConfig, OuterCipherConfig};

use super::*;
use crate::DatabaseKey;

const MIB: u64 = 1024 * 1024;
/// What precedes the document: the key of the protected values.
const INNER: &[u8] = &[1, 4, 0, 0, 0, 3, 0, 0, 0, 2, 1, 0, 0, 0, 7, END, 0, 0, 0, 0];

fn key() -> DatabaseKey {
    DatabaseKey::new().with_password("p")
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).unwrap();
    [&size.to_le_bytes(), bytes].concat()
}

/// Returns a file with a passphrase “p” that holds this, packed already.
fn file(packed: &[u8]) -> Vec<u8> {
    let mut kdf = vec![0, 1];
    for (kind, name, value) in [
        (0x42, "$UUID", AES_KDF[0]),
        (0x42, "S", &[3; 32]),
        (5, "R", &[1, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        kdf.push(kind);
        kdf.extend(sized(name.as_bytes()));
        kdf.extend(sized(value));
    }
    kdf.push(0);
    let (seed, iv) = ([5; 32], [6; 12]);
    let mut bytes = [MAGIC, b"\x67\xfb\x4b\xb5", &[1, 0, 4, 0]].concat();
    let fields: [(u8, &[u8]); 6] = [
        (2, CHACHA20),
        (3, &[1, 0, 0, 0]),
        (4, &seed),
        (7, &iv),
        (KDF, &kdf),
        (END, &[]),
    ];
    for (id, value) in fields {
        bytes.push(id);
        bytes.extend(sized(value));
    }
    let (header, _) = Header::read(&bytes).unwrap();
    let transformed = header.kdf.key("p").unwrap();
    // The cipher is its own inverse.
    let sealed = header.decrypt(&transformed, packed.to_vec()).unwrap();
    let sums = Sums::new(&seed, &transformed);
    let mut all = bytes.clone();
    all.extend(Sha256::digest(&bytes));
    all.extend(
        sums.sum(u64::MAX, &[&bytes])
            .unwrap()
            .finalize()
            .into_bytes(),
    );
    for (index, block) in [&**sealed, &[]].into_iter().enumerate() {
        let index = index as u64;
        let block = sized(block);
        let parts = [&index.to_le_bytes()[..], &block];
        all.extend(sums.sum(index, &parts).unwrap().finalize().into_bytes());
        all.extend(block);
    }
    all
}

fn packed(parts: impl Read) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(INNER).unwrap();
    io::copy(&mut { parts }, &mut packer).unwrap();
    packer.finish().unwrap()
}

/// Returns a document with elements within elements.
fn nested(depth: usize) -> String {
    ["<Group>".repeat(depth), "</Group>".repeat(depth)].concat()
}

fn opened(document: impl Read) -> Error {
    let file = file(&packed(document));
    crate::open_named(&file, "p").unwrap_err()
}

/// Also of the other programs: with each cipher, each key derivation, packed or not.
#[test]
fn what_keepass_writes_is_read() {
    let argon2 = |version| KdfConfig::Argon2 {
        iterations: 1,
        memory: 64 * 1024,
        parallelism: 2,
        version,
    };
    for kdf in [
        KdfConfig::Aes { rounds: 3 },
        argon2(Version::Version10),
        argon2(Version::Version13),
        KdfConfig::Argon2id {
            iterations: 2,
            memory: 64 * 1024,
            parallelism: 1,
            version: Version::Version13,
        },
    ] {
        for cipher in [
            OuterCipherConfig::AES256,
            OuterCipherConfig::Twofish,
            OuterCipherConfig::ChaCha20,
        ] {
            for compression in [CompressionConfig::None, CompressionConfig::GZip] {
                let mut database = crate::create();
                database.config.kdf_config = kdf.clone();
                database.config.outer_cipher_config = cipher.clone();
                database.config.compression_config = compression;
                let bytes = crate::save(&database, key()).unwrap();
                let read = crate::open_named(&bytes, "p").unwrap();
                assert!(read == database, "{kdf:?} {cipher:?}");
                let wrong = crate::open_named(&bytes, "q").unwrap_err();
                assert_eq!(wrong, Error::WrongPassphrase);
                let cut = crate::open_named(&bytes[..bytes.len() - 1], "p");
                assert_eq!(cut.unwrap_err(), Error::Damaged);
            }
        }
    }
}

#[test]
fn a_small_file_that_unpacks_to_a_huge_one_is_refused() {
    // An attachment of zeros.
    let size = u32::try_from(MAX_BYTES + MIB).unwrap();
    let mut head = vec![3];
    head.extend(size.to_le_bytes());
    let text = (&head[..]).chain(io::repeat(0).take(size.into()));
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut { text }, &mut packer).unwrap();
    let file = file(&packer.finish().unwrap());
    assert!((file.len() as u64) < 8 * MIB, "{}", file.len());
    let refused = crate::open_named(&file, "p").unwrap_err();
    assert_eq!(refused, Error::TooMuch("more than 256 MiB"));
    // The same in the document.
    let counted = count(INNER.chain(io::repeat(b' ')), MIB);
    assert_eq!(counted, Err(Error::TooMuch("more than 256 MiB")));
}

#[test]
fn elements_within_elements_do_not_fill_the_stack() {
    for depth in [MAX_DEPTH, 10_000, 1_000_000] {
        let refused = opened(nested(depth).as_bytes());
        assert_eq!(refused, Error::TooMuch("groups that are nested too deeply"));
    }
    // What is let through can be read, also by a thread with a small stack.
    let mut database = crate::create();
    database.config.kdf_config = KdfConfig::Aes { rounds: 1 };
    let mut group = database.root().id();
    // Two elements are above the first group, and two within the last one.
    for _ in 0..MAX_DEPTH - 6 {
        group = database.group_mut(group).unwrap().add_group().id();
    }
    let bytes = crate::save(&database, key()).unwrap();
    let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let read = small.spawn(move || {
        let read: Database = crate::open_named(&bytes, "p").unwrap();
        crate::faithful::check(&bytes, &key(), &read)
    });
    assert_eq!(read.unwrap().join().unwrap(), Ok(()));
}

#[test]
fn attachments_that_are_packed_once_more_are_refused() {
    let old =
        "<Meta><Binaries><Binary ID=\"0\" Compressed=\"True\">H4sI</Binary></Binaries></Meta>";
    let refused = opened(old.as_bytes());
    assert_eq!(refused, Error::TooMuch("attachments of an older format"));
}

#[test]
fn many_small_elements_are_refused() {
    let many = "<Entry/>".repeat(MAX_ITEMS + 1);
    let many = format!("<Group>{many}</Group>");
    assert_eq!(opened(many.as_bytes()), Error::TooMuch("too many entries"));
}
