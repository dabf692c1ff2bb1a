//! What the user chose for the tray: the section `[tray]` of the configuration.
//!
//! The codes and the icon can be chosen in the menu as well; what was changed last counts, see
//! [`crate::model::memory`].
//!
//! ```toml
//! [tray]
//! # Codes in the menu: "hidden" (default; nothing is shown until an account is clicked) or "shown"
//! # (with the seconds left; what is in a menu crosses the session bus).
//! codes = "hidden"
//! # Seconds that a code stays on the clipboard when the tray copies it; 0 leaves it there.
//! clear-after = 30
//! # "colour" (default), "light" for dark panels, "dark" for light ones, "symbolic" for panels that
//! # colour it themselves.
//! icon = "colour"
//! ```

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_sys::files;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// The longest time that a code stays on the clipboard, in seconds.
const MAX_CLEAR_AFTER: u64 = 86_400;
/// What a new configuration begins with.
const TEMPLATE: &str = "\
# The configuration of mfactl. A line that begins with # says what holds without it.
# The daemon reads its part when it starts, the tray whenever its menu opens. What its menu can set as well (codes, icon)
# is as you have changed it last, here or there.

# An encrypted file instead of the OS keychain, and the file (mode 0600) that holds its passphrase.
# vault = \"/home/jane/vault.kdbx\"
# passphrase-file = \"/home/jane/.pw\"

# Codes on the session bus: \"deny\" or \"allow\".
# bus-codes = \"deny\"

# Lock after so many seconds without a request.
# lock-after = 900

[tray]
# Codes in the menu: \"hidden\" until an account is clicked, or \"shown\" with the seconds left.
# codes = \"hidden\"

# Seconds that a code stays on the clipboard when the tray copies it; 0 leaves it there.
# clear-after = 30

# The icon: \"colour\", \"light\" for dark panels, \"dark\" for light ones, or \"symbolic\".
# icon = \"colour\"
";

/// Whether codes are shown in the menu.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Codes {
    /// No: nothing is shown until an account is clicked.
    #[default]
    Hidden,
    /// Yes, with the seconds that are left.
    Shown,
}

/// Which icon is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// Fit for every panel.
    #[default]
    Colour,
    /// For dark panels.
    Light,
    /// For light panels.
    Dark,
    /// For panels that colour it themselves.
    Symbolic,
}

/// What the user chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether codes are shown in the menu, if anything is said of it.
    pub codes: Option<Codes>,
    /// How long a code stays on the clipboard, if not for ever.
    pub clear_after: Option<Duration>,
    /// Which icon is shown, if anything is said of it.
    pub look: Option<Look>,
}

impl Default for Settings {
    fn default() -> Self {
        Section::default().into()
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// It is there but cannot be read.
    #[error("the configuration {path} cannot be read: {source}", path = path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
    /// It is not what we understand.
    #[error("the configuration {path}, line {line}: {message}", path = path.display())]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// The file; what is beside our section is the daemon's.
#[derive(Default, Deserialize)]
struct File {
    #[serde(default)]
    tray: Section,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Section {
    codes: Option<Codes>,
    #[serde(deserialize_with = "seconds")]
    clear_after: Option<u64>,
    icon: Option<Look>,
}

impl From<Section> for Settings {
    fn from(section: Section) -> Self {
        Self {
            codes: section.codes,
            clear_after: match section.clear_after {
                Some(0) => None,
                Some(seconds) => Some(Duration::from_secs(seconds)),
                None => Some(mfa_clipboard::CLEAR_AFTER),
            },
            look: section.icon,
        }
    }
}

impl Settings {
    /// Reads the configuration; a file that is not there is an empty one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => parse(path, &text),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(Error::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<Settings, Error> {
    let file: File = toml::from_str(text).map_err(|error| Error::Parse {
        path: path.to_owned(),
        line: error
            .span()
            .map_or(1, |at| text[..at.start].matches('\n').count() + 1),
        message: error.message().to_owned(),
    })?;
    Ok(file.tray.into())
}

/// At most a day: who wants longer wants 0.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match u64::deserialize(deserializer)? {
        seconds @ 0..=MAX_CLEAR_AFTER => Ok(Some(seconds)),
        _ => Err(D::Error::custom("it has to be 0 to 86400")),
    }
}

/// Makes sure that there is a file to edit, with everything that can be set in it.
///
/// # Errors
/// What the file system says.
pub fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        files::create_private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    match files::private(&mut options).open(path) {
        Ok(mut file) => file.write_all(TEMPLATE.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Settings, Error> {
        parse(Path::new("config.toml"), text)
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let default = settings("bus-codes = \"allow\"\n").unwrap();
        assert_eq!(default, Settings::default());
        assert_eq!(default.codes.unwrap_or_default(), Codes::Hidden);
        assert_eq!(default.clear_after, Some(Duration::from_secs(30)));
    }

    #[test]
    fn everything_can_be_set() {
        let text = "[tray]\ncodes = \"shown\"\nclear-after = 0\nicon = \"dark\"\n";
        let expected = Settings {
            codes: Some(Codes::Shown),
            clear_after: None,
            look: Some(Look::Dark),
        };
        assert_eq!(settings(text).unwrap(), expected);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for text in [
            "[tray]\ncode = 1",
            "[tray]\ncodes = 1",
            "[tray]\nclear-after = -1",
            "[tray]\nclear-after = 86401",
        ] {
            let error = settings(text).unwrap_err().to_string();
            assert!(
                error.starts_with("the configuration config.toml, line 2: "),
                "{error}"
            );
        }
    }

    #[test]
    fn a_new_file_changes_nothing_and_explains_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/config.toml");
        prepare(&path).unwrap();
        assert_eq!(Settings::load(&path).unwrap(), Settings::default());
        let explained = TEMPLATE
            .replace("# codes =", "codes =")
            .replace("# clear", "clear");
        let explained = explained.replace("# icon =", "icon =");
        let expected = Settings {
            codes: Some(Codes::default()),
            look: Some(Look::default()),
            ..Settings::default()
        };
        assert_eq!(settings(&explained).unwrap(), expected);
        std::fs::write(&path, "[tray]\ncodes = \"shown\"\n").unwrap();
        prepare(&path).unwrap();
        assert_eq!(
            Settings::load(&path).unwrap().codes,
            Some(Codes::Shown),
            "it is kept"
        );
    }
}
