//! Databases that another program writes, with all ciphers.

use argon2::Version::Version13;
use keepass::config::{
    CompressionConfig, DatabaseConfig, InnerCipherConfig, KdfConfig, OuterCipherConfig,
};
use keepass::{Database, DatabaseKey};

use super::super::KeePass;
use super::*;
use crate::formats::Format;

const AES_KDF: KdfConfig = KdfConfig::Aes { rounds: 3 };
const ARGON2: KdfConfig = KdfConfig::Argon2 {
    iterations: 2,
    memory: 64 * 1024,
    parallelism: 2,
    version: Version13,
};
const ARGON2ID: KdfConfig = KdfConfig::Argon2id {
    iterations: 2,
    memory: 64 * 1024,
    parallelism: 2,
    version: Version13,
};

fn database(
    cipher: OuterCipherConfig,
    kdf: KdfConfig,
    inner: InnerCipherConfig,
    compression: CompressionConfig,
) -> Vec<u8> {
    let mut config = DatabaseConfig::default();
    config.outer_cipher_config = cipher;
    config.kdf_config = kdf;
    config.inner_cipher_config = inner;
    config.compression_config = compression;
    let mut database = Database::with_config(config);
    let mut root = database.root_mut();
    let mut entry = root.add_entry();
    entry.set_unprotected("Title", "Bank");
    entry.set_unprotected("UserName", "jane");
    entry.set_protected("Password", "PRIVATE");
    entry.set_protected(
        "otp",
        "otpauth://totp/Bank:42?secret=JBSWY3DPEHPK3PXP&digits=8",
    );
    let mut bytes = Vec::new();
    database
        .save(&mut bytes, DatabaseKey::new().with_password("open"))
        .unwrap();
    bytes
}

#[test]
fn all_ciphers_are_opened() {
    for (cipher, kdf, inner, compression) in [
        (
            OuterCipherConfig::AES256,
            AES_KDF,
            InnerCipherConfig::Salsa20,
            CompressionConfig::GZip,
        ),
        (
            OuterCipherConfig::Twofish,
            ARGON2,
            InnerCipherConfig::ChaCha20,
            CompressionConfig::None,
        ),
        (
            OuterCipherConfig::ChaCha20,
            ARGON2ID,
            InnerCipherConfig::Plain,
            CompressionConfig::GZip,
        ),
    ] {
        let file = database(cipher, kdf, inner, compression);
        assert!(KeePass.detect(&file));
        let found = KeePass.read(&file, Some(b"open")).unwrap();
        assert_eq!(found.accounts[0].username, "42");
        assert_eq!(found.accounts[0].digits.get(), 8);
        assert!(matches!(
            KeePass.read(&file, None),
            Err(Error::PasswordNeeded)
        ));
        assert!(matches!(
            KeePass.read(&file, Some(b"shut")),
            Err(Error::WrongPassword)
        ));
    }
}

#[test]
fn damage_is_found() {
    let file = database(
        OuterCipherConfig::AES256,
        AES_KDF,
        InnerCipherConfig::ChaCha20,
        CompressionConfig::GZip,
    );
    for length in (0..file.len()).step_by(11) {
        assert!(
            KeePass.read(&file[..length], Some(b"open")).is_err(),
            "{length}"
        );
    }
    for place in (0..file.len()).step_by(7) {
        let mut file = file.clone();
        file[place] ^= 1;
        let result = KeePass.read(&file, Some(b"open"));
        assert!(result.is_err(), "{place}");
    }
}

#[test]
fn keys_that_would_take_minutes_are_not_made() {
    let kdf = KdfConfig::Aes { rounds: 3 };
    let mut file = database(
        OuterCipherConfig::AES256,
        kdf,
        InnerCipherConfig::ChaCha20,
        CompressionConfig::GZip,
    );
    let rounds = file
        .windows(8)
        .position(|window| *window == 3_u64.to_le_bytes())
        .unwrap();
    file[rounds..rounds + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    let error = KeePass.read(&file, Some(b"open")).unwrap_err();
    assert!(
        error.to_string().contains("too much time or memory"),
        "{error}"
    );
}
