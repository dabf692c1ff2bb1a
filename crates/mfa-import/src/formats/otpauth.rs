//! A text with one `otpauth://` link per line, which most apps can export.

use thiserror::Error;

use super::Format;
use crate::error::Error as FileError;
use crate::found::Found;
use crate::links::{self, Links};
use crate::text::{self, NotUtf8};

/// A text with links.
pub(super) struct Otpauth;

const KEYS: [&str; 2] = ["totp:", "otp:"];

/// The reason why a text cannot be used.
#[derive(Debug, Error)]
enum Error {
    #[error(transparent)]
    NotUtf8(#[from] NotUtf8),
    #[error("the file is damaged: it contains more lines than any real export")]
    TooLong,
    #[error("the file contains no otpauth:// link")]
    NoLink,
}

impl Format for Otpauth {
    fn name(&self) -> &'static str {
        "otpauth"
    }

    fn title(&self) -> &'static str {
        "a text file with links: otpauth://, one per line"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        text::of(bytes)
            .is_ok_and(|text| text::lines(text).any(|(_, line)| links::is_one(link(line))))
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, FileError> {
        read(bytes).map_err(|error| {
            FileError::damaged(error, "Put one link on each line, and nothing before it.")
        })
    }
}

fn read(bytes: &[u8]) -> Result<Found, Error> {
    let text = text::of(bytes)?;
    if text::is_too_long(text) {
        return Err(Error::TooLong);
    }
    if !text::lines(text).any(|(_, line)| links::is_link(link(line))) {
        return Err(Error::NoLink);
    }
    let mut links = Links::default();
    for (number, line) in text::lines(text) {
        links.read(&format!("line {number}"), link(line));
    }
    Ok(links.finish())
}

/// Returns the link of a line. In files of pass and gopass a key may precede it.
fn link(line: &str) -> &str {
    let rest = KEYS
        .iter()
        .find_map(|key| line.strip_prefix(key))
        .map(str::trim);
    rest.filter(|rest| links::is_link(rest)).unwrap_or(line)
}

/// Reads the links of a text, for formats that consist of links.
pub(super) fn read_links(bytes: &[u8]) -> Result<Found, FileError> {
    Otpauth.read(bytes, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mfa_core::account::Kind;

    #[test]
    fn lines_are_read_and_bad_ones_named() {
        let text = "\u{feff}# my codes\r\n\r\n\
            otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP\r\n\
            otpauth://totp/AWS:bad?secret=PRIVATE1\n\
            motp://a:b?secret=00\n\
            PRIVATE2\n\
            OTPAUTH://hotp/GitHub:jane?secret=GEZDGNBVGY3TQOJQ&counter=7\n\
            otpauth-migration://offline?data=PRIVATE3\n";
        assert!(Otpauth.detect(text.as_bytes()));
        let found = Otpauth.read(text.as_bytes(), None).unwrap();
        let users: Vec<_> = found.accounts.iter().map(|a| a.username.as_str()).collect();
        assert_eq!(users, ["root", "jane"]);
        assert_eq!(found.accounts[1].kind, Kind::Hotp { counter: 7 });
        let names: Vec<_> = found.skipped.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["line 4", "line 5", "line 6", "line 8"]);
        assert!(!format!("{found:?}").contains("PRIVATE"));
    }

    #[test]
    fn links_of_pass_are_found() {
        let text = b"PRIVATE\nuser: jane\ntotp: otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXP\n";
        assert!(Otpauth.detect(text));
        let found = Otpauth.read(text, None).unwrap();
        assert_eq!(found.accounts[0].username, "root");
        assert_eq!(found.skipped.len(), 2);
        assert!(!format!("{found:?}").contains("PRIVATE"));
        let many = "otpauth://x\n".repeat(300_000);
        assert!(Otpauth.read(many.as_bytes(), None).is_err());
    }

    #[test]
    fn what_has_no_link_is_another_file() {
        for text in [
            &b""[..],
            b"# otpauth://totp/a?secret=AA",
            b"a otpauth://",
            b"\xff\notpauth://",
        ] {
            assert!(!Otpauth.detect(text));
            assert!(matches!(
                Otpauth.read(text, None),
                Err(FileError::Damaged { .. })
            ));
        }
    }
}
