//! The settings of the user for the tray.
//!
//! The codes and the icon can also be set in the menu. The latest change counts; see
//! [`crate::model::memory`].

use std::path::Path;
use std::time::Duration;

use mfa_host::config::Tray;
pub use mfa_host::config::{Codes, Error, Look, prepare};

/// The settings of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether codes are shown in the menu, if this is set.
    pub codes: Option<Codes>,
    /// The time after which a code is removed from the clipboard, or `None` for never.
    pub clear_after: Option<Duration>,
    /// The look of the icon, if this is set.
    pub look: Option<Look>,
    /// The keys that open the menu of accounts, if the user wants any.
    pub shortcut: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Tray::default().into()
    }
}

impl From<Tray> for Settings {
    fn from(tray: Tray) -> Self {
        Self {
            codes: tray.codes,
            clear_after: match tray.clear_after {
                Some(0) => None,
                Some(seconds) => Some(Duration::from_secs(seconds)),
                None => Some(mfa_clipboard::CLEAR_AFTER),
            },
            look: tray.icon,
            shortcut: tray.shortcut,
        }
    }
}

impl Settings {
    /// Reads the configuration. A missing file counts as an empty one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        Tray::load(path).map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stays_for_half_a_minute_unless_the_user_says_otherwise() {
        let settings = |clear_after| {
            Settings::from(Tray {
                clear_after,
                ..Tray::default()
            })
        };
        assert_eq!(settings(None).clear_after, Some(Duration::from_secs(30)));
        assert_eq!(settings(Some(5)).clear_after, Some(Duration::from_secs(5)));
        assert_eq!(settings(Some(0)).clear_after, None, "it stays for good");
    }
}
