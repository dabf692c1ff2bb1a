//! OTPClient's database, of its current version.

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
const VERSION: u32 = 3;

impl Format for OtpClient {
    fn name(&self) -> &'static str {
        "otpclient"
    }

    fn title(&self) -> &'static str {
        "a database of OTPClient 4, or the list in it"
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

/// Opens `header sealed`: magic, version, iv(16), salt(32), passes, memory in KiB, lanes.
fn open(bytes: &[u8], password: &[u8]) -> Result<Plain, Error> {
    let (header, sealed) = bytes.split_first_chunk::<73>().ok_or(Damage::CutOff)?;
    let number = |at: usize| {
        let bytes = header[at..].first_chunk().copied().unwrap_or_default();
        u32::from_be_bytes(bytes)
    };
    if number(9) != VERSION {
        return Err(Damage::Version(number(9).into()).into());
    }
    let argon2 = Argon2 {
        passes: number(61).into(),
        memory: number(65).into(),
        lanes: number(69).into(),
    };
    let key = argon2.key(password, &header[29..61])?;
    let iv = header[13..].first_chunk().ok_or(Damage::CutOff)?;
    cipher::gcm16(&key, iv, sealed, header).ok_or(Error::WrongPassword)
}

#[cfg(test)]
mod tests {
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
                .contains("more work")
        );
        file[61..73].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 1]);
        assert!(matches!(
            OtpClient.read(&file, Some(b"x")),
            Err(Error::WrongPassword)
        ));
    }
}
