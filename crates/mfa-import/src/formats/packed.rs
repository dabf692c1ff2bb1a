//! A text with links in a zip archive, as WinAuth and Authenticator Plus write it.

use super::{Format, archive, otpauth};
use crate::error::Error;
use crate::found::Found;

/// A text with links in an archive.
pub(super) struct Packed;

impl Format for Packed {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn title(&self) -> &'static str {
        "a zip file with a text file of links: WinAuth, Authenticator Plus"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        archive::has(bytes, is_text)
    }

    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let mut found = otpauth::read_links(&archive::read(bytes, password, is_text)?)?;
        // WinAuth writes itself as the issuer if it knows none.
        for account in &mut found.accounts {
            if account.issuer == "WinAuth" && !account.username.is_empty() {
                account.issuer.clear();
            }
        }
        Ok(found)
    }
}

fn is_text(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_is_read() {
        let link = b"otpauth://totp/WinAuth:root?secret=JBSWY3DPEHPK3PXP\n";
        let file = archive::tests::zip("WinAuth.txt", link, Some("open"));
        assert!(Packed.detect(&file));
        assert_eq!(
            Packed.read(&file, Some(b"open")).unwrap().accounts[0].username,
            "root"
        );
        let other = archive::tests::zip("a.png", link, None);
        assert!(!Packed.detect(&other));
    }
}
