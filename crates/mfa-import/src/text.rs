//! Text files: what they are made of, and which lines count.

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use thiserror::Error;
use zeroize::Zeroizing;

/// The most lines of a text. What is said of one that cannot be used takes more memory than the line.
const MAX_LINES: usize = 250_000;

/// Why a file is not a text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the file is not a text in UTF-8")]
pub(crate) struct NotUtf8;

/// The text of a file, without a byte order mark.
pub(crate) fn of(bytes: &[u8]) -> Result<&str, NotUtf8> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    str::from_utf8(bytes).map_err(|_| NotUtf8)
}

/// Base64 as it arrives: padded or not, and broken into lines.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let clean = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    let clean: Zeroizing<Vec<u8>> = Zeroizing::new(clean.collect());
    BASE64_NOPAD.decode(&clean).ok()
}

/// Hexadecimal digits, in any case.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()
}

/// Whether a text has more lines than any export has.
pub(crate) fn is_too_long(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'\n').count() > MAX_LINES
}

/// The lines that say something, with their numbers: neither blank ones nor comments.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines().map(str::trim))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Whether a text begins with a scheme such as `otpauth://`, in any case.
pub(crate) fn has_scheme(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers() {
        let text = of(b"\xef\xbb\xbfone\r\n\n  # two\n  three ").unwrap();
        let lines: Vec<_> = lines(text).collect();
        assert_eq!(lines, [(1, "one"), (4, "three")]);
        assert_eq!(of(b"\xff"), Err(NotUtf8));
    }

    #[test]
    fn schemes_are_found_in_any_case_and_between_any_characters() {
        assert!(has_scheme("OTPAUTH://totp", "otpauth://"));
        assert!(!has_scheme("otpauth", "otpauth://"));
        assert!(!has_scheme("ötpauth:/ü", "otpauth://"));
    }
}
