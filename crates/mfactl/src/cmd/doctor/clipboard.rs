//! Whether codes can be copied: only mfa-clipboard can tell, because mfactl links nothing that talks to a screen.

use mfa_helper::clipboard::CHECK;

use super::super::intake::helper;
use crate::finding::{Finding, ok, warn};
use crate::platform;

/// Asks mfa-clipboard, if there is a desktop.
pub(super) fn finding() -> Option<Finding> {
    let is_needed = platform::has_screen();
    is_needed.then(|| match helper("mfa-clipboard", &[CHECK]) {
        Ok(_) => ok("clipboard", "codes can be copied"),
        Err(error) => warn("clipboard", error.to_string()),
    })
}
