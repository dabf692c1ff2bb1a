//! The user's settings for the tray: the section `[tray]` of the configuration.
//!
//! The template in the parent module says what each setting does. A setting that is not in the file is `None`: the menu of
//! the tray may have set it.

use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Error, load};

/// The longest time that a code may stay on the clipboard, in seconds: a day.
const MAX_CLEAR_AFTER: u64 = 86_400;
/// The longest name of a shortcut, in bytes.
const MAX_SHORTCUT: usize = 64;
pub(super) const CODES: &str = "codes must be \"hidden\" or \"shown\"";
pub(super) const CLEAR_AFTER: &str = "clear-after must be a number of seconds, 0 to 86400";
pub(super) const ICON: &str = "icon must be \"colour\", \"light\", \"dark\" or \"symbolic\"";
pub(super) const SHORTCUT: &str =
    "shortcut must be keys such as \"CTRL+ALT+m\": 1 to 64 ASCII characters without spaces";

/// Whether codes are shown in the menu.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Codes {
    /// Codes are hidden: nothing is shown until an account is clicked.
    #[default]
    Hidden,
    /// Codes are shown, although the contents of a menu cross the session bus.
    Shown,
}

/// The icon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// In colour, which fits every panel.
    #[default]
    Colour,
    /// For dark panels.
    Light,
    /// For light panels.
    Dark,
    /// For panels that colour it themselves.
    Symbolic,
}

/// The file. Everything outside the section belongs to the daemon.
#[derive(Default, Deserialize)]
pub(super) struct File {
    #[serde(default)]
    pub(super) tray: Tray,
}

/// The user's settings for the tray.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[serde(expecting = "a section: [tray]")]
pub struct Tray {
    /// Whether codes are shown.
    #[serde(deserialize_with = "codes")]
    pub codes: Option<Codes>,
    /// In seconds, at most a day.
    #[serde(deserialize_with = "seconds")]
    pub clear_after: Option<u64>,
    /// The icon.
    #[serde(deserialize_with = "icon")]
    pub icon: Option<Look>,
    /// The keys that open the menu of accounts, as the XDG shortcuts specification names them.
    #[serde(deserialize_with = "shortcut")]
    pub shortcut: Option<String>,
}

impl Tray {
    /// Reads the settings. If the file does not exist, they are empty.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        load::<File>(path).map(|file| file.tray)
    }
}

fn codes<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Codes>, D::Error> {
    let codes = Codes::deserialize(given).map_err(|_| D::Error::custom(CODES));
    codes.map(Some)
}

/// Reads a number of seconds, at most a day. With 0, the code stays on the clipboard.
fn seconds<'de, D: Deserializer<'de>>(given: D) -> Result<Option<u64>, D::Error> {
    match u64::deserialize(given) {
        Ok(seconds @ 0..=MAX_CLEAR_AFTER) => Ok(Some(seconds)),
        _ => Err(D::Error::custom(CLEAR_AFTER)),
    }
}

fn icon<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Look>, D::Error> {
    let look = Look::deserialize(given).map_err(|_| D::Error::custom(ICON));
    look.map(Some)
}

/// Reads the name of a shortcut. Only the desktop knows which keys there are.
fn shortcut<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    let keys = String::deserialize(given).ok().filter(|keys| {
        let is_long = keys.len() > MAX_SHORTCUT;
        !keys.is_empty() && !is_long && keys.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let keys = keys.ok_or_else(|| D::Error::custom(SHORTCUT));
    keys.map(Some)
}
