//! Text files: their encoding and their lines.

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use thiserror::Error;
use zeroize::Zeroizing;

/// The largest number of lines of a text. The message on an unusable line takes more memory than the line.
const MAX_LINES: usize = 250_000;

/// The file is not a text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the file is not UTF-8 text")]
pub(crate) struct NotUtf8;

/// Returns the text of a file, without a byte order mark.
pub(crate) fn of(bytes: &[u8]) -> Result<&str, NotUtf8> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    str::from_utf8(bytes).map_err(|_| NotUtf8)
}

/// Decodes base64, with or without padding and line breaks.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let clean = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    let clean: Zeroizing<Vec<u8>> = Zeroizing::new(clean.collect());
    BASE64_NOPAD.decode(&clean).ok()
}

/// Decodes hexadecimal digits, in upper or lower case.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()
}

/// Checks whether a text has more lines than any real export.
pub(crate) fn is_too_long(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'\n').count() > MAX_LINES
}

/// Returns the lines that are neither blank nor comments, with their numbers.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines().map(str::trim))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Checks whether a text begins with a scheme such as `otpauth://`, in upper or lower case.
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
