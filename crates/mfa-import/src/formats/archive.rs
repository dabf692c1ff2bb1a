//! Reads files from zip archives, encrypted or not, up to a limit.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::crypto::cipher::Plain;
use crate::crypto::need;
use crate::damage::Damage;
use crate::error::Error;

/// The largest size of an extracted file.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The signature near the end of an archive that claims to hold more than 65 535 files.
const LARGE: &[u8] = b"PK\x06\x07";
/// The largest distance of that signature from the end: a comment may follow it.
const END: usize = 66 * 1024;

/// An archive.
pub(super) struct Archive<'b>(ZipArchive<Cursor<&'b [u8]>>);

impl<'b> Archive<'b> {
    /// Opens an archive. Returns `None` if the file is not an archive, or is larger than any real export.
    pub(super) fn new(bytes: &'b [u8]) -> Option<Self> {
        let end = &bytes[bytes.len().saturating_sub(END)..];
        if !bytes.starts_with(b"PK\x03\x04")
            || end.windows(LARGE.len()).any(|window| window == LARGE)
        {
            return None;
        }
        ZipArchive::new(Cursor::new(bytes)).ok().map(Self)
    }

    /// Returns the index of the first file whose name matches.
    pub(super) fn find(&self, fits: impl FnMut(&str) -> bool) -> Option<usize> {
        self.0.file_names().position(fits)
    }

    /// Extracts a file.
    pub(super) fn read(&mut self, index: usize, password: Option<&[u8]>) -> Result<Plain, Error> {
        let raw = self.0.by_index_raw(index).map_err(|_| Damage::NotZip)?;
        let encrypted = raw.encrypted();
        drop(raw);
        let file = if encrypted {
            self.0.by_index_decrypt(index, need(password)?)
        } else {
            self.0.by_index(index)
        };
        let file = file.map_err(|error| match error {
            ZipError::InvalidPassword => Error::WrongPassword,
            ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
                Damage::Cipher.into()
            }
            _ => Damage::NotZip.into(),
        })?;
        let mut plain = Plain::default();
        match file.take(MAX_BYTES + 1).read_to_end(&mut plain) {
            Ok(_) if plain.len() as u64 > MAX_BYTES => Err(Damage::TooMuch.into()),
            Ok(_) => Ok(plain),
            // The old cipher accepts one wrong password in 256. Then only the decrypted data shows the
            // mistake.
            Err(_) if encrypted => Err(Error::WrongPassword),
            Err(_) => Err(Damage::NotZip.into()),
        }
    }
}

/// Extracts the first file whose name matches.
pub(super) fn read(
    bytes: &[u8],
    password: Option<&[u8]>,
    fits: impl FnMut(&str) -> bool,
) -> Result<Plain, Error> {
    let mut archive = Archive::new(bytes).ok_or(Damage::NotZip)?;
    let index = archive.find(fits).ok_or(Damage::Empty)?;
    archive.read(index, password)
}

/// Checks whether an archive contains a file whose name matches.
pub(super) fn has(bytes: &[u8], fits: impl FnMut(&str) -> bool) -> bool {
    Archive::new(bytes).is_some_and(|archive| archive.find(fits).is_some())
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};
    use zip::{AesMode, CompressionMethod};

    use super::*;

    /// Returns an archive with one file.
    pub(in crate::formats) fn zip(name: &str, text: &[u8], password: Option<&str>) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        match password {
            Some(password) => {
                writer.start_file(name, options.with_aes_encryption(AesMode::Aes256, password))
            }
            None => writer.start_file(name, options),
        }
        .unwrap();
        writer.write_all(text).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn files_are_taken_out_with_their_password() {
        let file = zip("a/b.txt", b"text", Some("open"));
        assert!(has(&file, |name| name.ends_with(".txt")));
        let read = |password| read(&file, password, |name| name == "a/b.txt");
        assert_eq!(**read(Some(b"open")).unwrap(), *b"text");
        assert!(matches!(read(None), Err(Error::PasswordNeeded)));
        assert!(matches!(read(Some(b"shut")), Err(Error::WrongPassword)));
    }

    #[test]
    fn bombs_are_not_unpacked() {
        let file = zip(
            "bomb",
            &vec![0; usize::try_from(MAX_BYTES).unwrap() + 1],
            None,
        );
        assert!(file.len() < 1024 * 1024);
        let error = read(&file, None, |_| true).unwrap_err();
        assert!(
            error.to_string().contains("larger than any real export"),
            "{error}"
        );
        for length in 0..200 {
            assert!(read(&file[..length], None, |_| true).is_err());
        }
    }
}
