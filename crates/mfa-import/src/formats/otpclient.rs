//! OTPClient's database, versions 2 and 3. Version 1 had no signature.

use super::Format;
use crate::crypto::cipher::{self, Plain};
use crate::crypto::kdf::Argon2;
use crate::crypto::need;
use crate::damage::Damage;
use crate::document::{self, Fields, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;

/// A database of OTPClient.
pub(super) struct OtpClient;

const MAGIC: &[u8] = b"OTPClient";
/// The key derivation settings from before the file contained them.
const FIRST: Argon2 = Argon2 {
    memory: 128 * 1024,
    passes: 4,
    lanes: 4,
};

impl Format for OtpClient {
    fn name(&self) -> &'static str {
        "otpclient"
    }

    fn title(&self) -> &'static str {
        "an OTPClient database, version 2 or 3, encrypted or not"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC) || Shape::of(bytes).lists(&["secret", "label", "algo"])
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let file = if bytes.starts_with(MAGIC) {
            document::parse(&open(bytes, need(password)?)?)?
        } else {
            document::parse(bytes)?
        };
        let mut found = Found::default();
        for entry in Fields::new(&file).entries() {
            let (issuer, digits) = (entry.text("issuer"), entry.number("digits"));
            found.add(&Draft {
                kind: Type::parse(entry.text("type")).or_steam(issuer, digits),
                issuer,
                username: entry.text("label"),
                secret: Coded::base32(entry.text("secret")),
                algorithm: entry.text("algo"),
                digits,
                period: entry.number("period"),
                counter: entry.number("counter"),
                tags: Some(entry.text("group"))
                    .filter(|tag| !tag.is_empty())
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                ..Draft::default()
            });
        }
        Ok(found)
    }
}

/// Decrypts `header sealed`.
fn open(bytes: &[u8], password: &[u8]) -> Result<Plain, Error> {
    let layouts = layouts(bytes)?;
    let mut work = None;
    for layout in &layouts {
        for password in [Some(password), as_before(password)].into_iter().flatten() {
            match layout.open(bytes, password) {
                Ok(Some(plain)) => return Ok(plain),
                Ok(None) => {}
                Err(error) => work = Some(error),
            }
        }
    }
    match work {
        // If another layout was possible, the layout that is too expensive is not the one of the file.
        Some(error) if layouts.len() == 1 => Err(error.into()),
        _ => Err(Error::WrongPassword),
    }
}

/// The layout of a header. The checksum of the encrypted text also covers the header.
struct Layout {
    header: usize,
    iv: usize,
    kdf: Argon2,
}

/// Returns the possible layouts of the header: magic, version, iv(16), salt(32), passes, memory in KiB,
/// lanes.
fn layouts(bytes: &[u8]) -> Result<Vec<Layout>, Damage> {
    let number = |at: usize| bytes.get(at..)?.first_chunk().copied();
    let layout = |iv: usize, read: fn([u8; 4]) -> u32| {
        let number = |at| number(at).map(|bytes| u64::from(read(bytes)));
        let (passes, memory, lanes) = (number(iv + 48)?, number(iv + 52)?, number(iv + 56)?);
        let kdf = Argon2 {
            memory,
            passes,
            lanes,
        };
        Some(Layout {
            header: iv + 60,
            iv,
            kdf,
        })
    };
    if number(9) == Some(3_u32.to_be_bytes()) {
        return Ok(vec![layout(13, u32::from_be_bytes).ok_or(Damage::CutOff)?]);
    }
    if number(12) != Some(2_u32.to_le_bytes()) {
        let version = number(9).map_or(0, u32::from_be_bytes);
        return Err(Damage::Version(version.into()));
    }
    // Version 2 stores a C struct as it is in memory. At first it had no key derivation settings.
    let first = Layout {
        header: 64,
        iv: 16,
        kdf: FIRST,
    };
    Ok(layout(16, u32::from_le_bytes)
        .into_iter()
        .chain([first])
        .collect())
}

impl Layout {
    fn open(&self, bytes: &[u8], password: &[u8]) -> Result<Option<Plain>, Damage> {
        let (header, sealed) = bytes.split_at_checked(self.header).ok_or(Damage::CutOff)?;
        let (iv, rest) = header[self.iv..]
            .split_first_chunk()
            .ok_or(Damage::CutOff)?;
        let key = self.kdf.key(password, &rest[..32])?;
        Ok(cipher::gcm16(&key, iv, sealed, header))
    }
}

/// Returns a password as old versions used it: cut to as many bytes as it has characters.
fn as_before(password: &[u8]) -> Option<&[u8]> {
    let characters = str::from_utf8(password).ok()?.chars().count();
    password
        .get(..characters)
        .filter(|old| old.len() < password.len())
}

#[cfg(test)]
mod tests {
    use aes::Aes256;
    use aes_gcm::aead::consts::U16;
    use aes_gcm::aead::{Aead, Payload};
    use aes_gcm::{AesGcm, KeyInit};

    use super::*;

    #[test]
    fn headers_are_checked() {
        let list = br#"[{"type":"TOTP","label":"joe","issuer":"Steam","digits":5,"algo":"SHA1","secret":"JBSWY3DPEHPK3PXP","group":"Games"}]"#;
        assert!(OtpClient.detect(list));
        let found = OtpClient.read(list, None).unwrap();
        assert_eq!(
            (found.accounts[0].kind.as_str(), &*found.accounts[0].tags[0]),
            ("steam", "Games")
        );
        let mut file = [MAGIC, &[0; 80]].concat();
        assert!(matches!(
            OtpClient.read(&file, None),
            Err(Error::PasswordNeeded)
        ));
        assert!(
            OtpClient
                .read(&file, Some(b"x"))
                .unwrap_err()
                .to_string()
                .contains("version 0")
        );
        file[12] = 3;
        file[61..73].copy_from_slice(&[0, 0, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, 1]);
        assert!(
            OtpClient
                .read(&file, Some(b"x"))
                .unwrap_err()
                .to_string()
                .contains("too much time or memory")
        );
        file[61..73].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 1]);
        assert!(matches!(
            OtpClient.read(&file, Some(b"x")),
            Err(Error::WrongPassword)
        ));
    }

    #[test]
    fn databases_of_all_layouts_are_opened() {
        let list = br#"[{"type":"TOTP","label":"root","issuer":"AWS","digits":6,"algo":"SHA1","secret":"JBSWY3DP"}]"#;
        let numbers = [1_u32, 8, 1];
        let big = numbers.map(u32::to_be_bytes).concat();
        let little = numbers.map(u32::to_le_bytes).concat();
        let (iv, salt) = ([7; 16], [9; 32]);
        let third = [MAGIC, &[0, 0, 0, 3], &iv, &salt, &big].concat();
        let second = [MAGIC, &[0, 0, 0, 2, 0, 0, 0], &iv, &salt, &little].concat();
        for header in [third, second] {
            let kdf = Argon2 {
                passes: 1,
                memory: 8,
                lanes: 1,
            };
            // Each character has two bytes, so only half of them are used.
            let key = kdf.key("ää".as_bytes().get(..2).unwrap(), &salt).unwrap();
            let cipher = AesGcm::<Aes256, U16>::new((&*key).into());
            let payload = Payload {
                msg: list,
                aad: &header,
            };
            let sealed = cipher.encrypt((&iv).into(), payload).unwrap();
            let file = [header, sealed].concat();
            let found = OtpClient.read(&file, Some("ää".as_bytes())).unwrap();
            assert_eq!(found.accounts[0].username, "root");
            assert!(matches!(
                OtpClient.read(&file, Some(b"x")),
                Err(Error::WrongPassword)
            ));
        }
    }
}
