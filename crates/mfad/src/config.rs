//! The configuration, `$XDG_CONFIG_HOME/mfactl/config.toml`.
//!
//! ```toml
//! # An encrypted file instead of the OS keychain.
//! vault = "/home/jane/.local/share/mfactl/vault.kdbx"
//! # Its passphrase, in a file that only you can read (mode 0600).
//! passphrase-file = "/home/jane/.config/mfactl/passphrase"
//! # Give codes out on the session bus too: "deny" (default) or "allow".
//! bus-codes = "deny"
//! # Lock after so many seconds without a request. Not set: never.
//! lock-after = 900
//! ```
//!
//! A section `[tray]` belongs to mfa-tray.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mfa_core::access::{self, BusCodes};
use mfa_core::lock;
use mfa_sys::files;

use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

/// What the user chose.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The vault file to use instead of the OS keychain.
    pub vault: Option<PathBuf>,
    /// The file that holds its passphrase.
    pub passphrase_file: Option<PathBuf>,
    #[serde(default)]
    bus_codes: Choice,
    lock_after: Option<u64>,
    /// What is the tray's business.
    #[serde(default, rename = "tray")]
    _tray: IgnoredAny,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Choice {
    #[default]
    Deny,
    Allow,
}

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// It is there but cannot be read.
    #[error("the configuration {path} cannot be read")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the file system says.
        #[source]
        source: io::Error,
    },
    /// It is not what we understand.
    #[error("the configuration {path}, line {line}: {message}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

impl Config {
    /// Reads the configuration; a file that is not there is an empty one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(Error::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::Parse {
            path: path.to_owned(),
            line: error
                .span()
                .map_or(1, |at| text[..at.start].matches('\n').count() + 1),
            message: error.message().to_owned(),
        })
    }

    /// Who may have codes.
    #[must_use]
    pub fn access(&self) -> access::Policy {
        let bus_codes = match self.bus_codes {
            Choice::Deny => BusCodes::Deny,
            Choice::Allow => BusCodes::Allow,
        };
        access::Policy { bus_codes }
    }

    /// When the vault closes by itself.
    #[must_use]
    pub fn lock(&self) -> lock::Policy {
        lock::Policy {
            idle: self.lock_after.map(Duration::from_secs),
        }
    }
}

/// Writes down, in the configuration at `path`, that a vault file is used from now on.
///
/// # Errors
/// What the file system says, or that the configuration would not be one any more.
pub fn remember_vault(path: &Path, vault: &Path) -> io::Result<()> {
    // A link stays one.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        old => old?,
    };
    // Before everything else: what follows may end in a table, or without a line break.
    let vault = toml::Value::from(vault.display().to_string());
    let text = format!("vault = {vault}\n{old}");
    Config::parse(path, &text).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        files::create_private_folder(folder)?;
    }
    let new = path.with_extension("toml.new");
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(true);
    let mut file = files::private(&mut options).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Error> {
        Config::parse(Path::new("config.toml"), text)
    }

    #[test]
    fn nothing_is_fine() {
        let config = parse("").unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.access().bus_codes, BusCodes::Deny);
        assert_eq!(config.lock().idle, None);
    }

    #[test]
    fn everything_can_be_set() {
        let config = parse(
            "vault = \"/v.kdbx\"\npassphrase-file = \"/p\"\nbus-codes = \"allow\"\nlock-after = 900",
        )
        .unwrap();
        assert_eq!(config.vault.as_deref(), Some(Path::new("/v.kdbx")));
        assert_eq!(config.access().bus_codes, BusCodes::Allow);
        assert_eq!(config.lock().idle, Some(Duration::from_secs(900)));
    }

    #[test]
    fn the_section_of_the_tray_is_passed_over() {
        let config = parse("lock-after = 900\n[tray]\ncodes = \"shown\"").unwrap();
        assert_eq!(config.lock().idle, Some(Duration::from_secs(900)));
    }

    #[test]
    fn a_choice_is_added_to_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/config.toml");
        remember_vault(&path, Path::new("/a \"b\".kdbx")).unwrap();
        let vault = Config::load(&path).unwrap().vault;
        assert_eq!(vault.as_deref(), Some(Path::new("/a \"b\".kdbx")));
        std::fs::write(&path, "lock-after = 900").unwrap();
        remember_vault(&path, Path::new("/v.kdbx")).unwrap();
        let config = Config::load(&path).unwrap();
        assert_eq!(config.lock().idle, Some(Duration::from_secs(900)));
        assert_eq!(config.vault.as_deref(), Some(Path::new("/v.kdbx")));
        assert!(
            remember_vault(&path, Path::new("/other")).is_err(),
            "there is one already"
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for text in [
            "\nbus-code = \"allow\"",
            "\nbus-codes = \"maybe\"",
            "\nlock-after = -1",
        ] {
            let error = parse(text).unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("the configuration config.toml, line 2: ")
            );
        }
    }
}
