//! The arguments and the output of mfa-clipboard.

use std::time::Duration;

/// The argument that prints what is on the clipboard.
pub const READ: &str = "read";
/// The argument that takes a text, from standard input, off the clipboard.
pub const FORGET: &str = "forget";
/// The argument that checks whether codes can be copied.
pub const CHECK: &str = "check";

/// The default time that a code stays on the clipboard. The argument is a number of seconds.
pub const CLEAR_AFTER: Duration = Duration::from_secs(30);

/// The reason why nothing can be added from the clipboard, for people: a sentence without its end.
pub const NOTHING: &str =
    "the clipboard does not contain an otpauth:// link, a secret or a picture: copy one first";

/// The output on standard output once a code is on the clipboard. Any other output is the reason why it is
/// not.
pub const COPIED: &str = "ok";

/// The beginning of a picture from the clipboard: a PAM file of Netpbm, which needs no decoder.
pub const PICTURE: &str = "P7\n";

/// Checks whether a text from the clipboard may contain a link.
#[must_use]
pub fn is_link(text: &str) -> bool {
    text.contains("otpauth")
}

/// Checks whether the output is a picture, and not a text.
#[must_use]
pub fn is_picture(printed: &[u8]) -> bool {
    printed.starts_with(PICTURE.as_bytes())
}
