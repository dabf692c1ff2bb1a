//! The configuration, `$XDG_CONFIG_HOME/mfactl/config.toml`.
//!
//! When the daemon starts, it reads the settings at the top of the file ([`Daemon`]). The tray reads the
//! section `[tray]` whenever its menu opens ([`Tray`]). mfa-askpass reads `askpass-next` and the tables `[[askpass]]`
//! ([`Askpass`]). So a mistake in one part does not affect the other programs.

mod access;
mod askpass;
mod daemon;
mod mistake;
mod tray;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_sys::files;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::replace::{Outlives, replace_file};
pub use askpass::{Askpass, Rule};
pub use daemon::Daemon;
pub use tray::{Codes, Look, Tray};

/// The text of a new configuration. It says what each setting does, also to those who read the code.
const TEMPLATE: &str = "\
# The configuration of mfactl. To use a setting, remove the # in front of it.
# The daemon reads its settings when it starts. The tray reads its section each time its menu opens. You can also set
# codes and icon in the menu of the tray. The latest change counts, whether in the menu or in this file.

# Keep accounts in an encrypted file instead of the OS keychain. passphrase-file (mode 0600) contains the passphrase of
# that file.
# vault = \"/home/jane/vault.kdbx\"
# passphrase-file = \"/home/jane/.pw\"

# Hand out codes on the session bus: \"ask\", \"deny\" or \"allow\".
# bus-codes = \"ask\"

# What happens to a request where nobody can be asked, as in cron: \"allow\" or \"deny\". On the session bus, such a
# request is always denied.
# unattended = \"allow\"

# Seconds until a question counts as denied, 5 to 60.
# question-timeout = 30

# The number of codes that a program may have in a minute; 0 for no limit.
# codes-per-minute = 60

# Lock the accounts after this many seconds without a request, 1 or more.
# lock-after = 900

# Lock the accounts while the screen is locked, and before the system sleeps: true or false.
# lock-with-screen = true
# lock-on-suspend = true

# Lock the accounts at the end of the session, and when the keychain is locked: true or false.
# lock-with-session = true
# lock-with-keychain = true

# Give GNOME Shell the codes of the accounts that it finds, so that it copies them itself: true or false. They go over the
# session bus. Allow it first: mfactl access allow /usr/bin/gnome-shell
# search-codes = false

# Write an encrypted backup to this folder after each change of the accounts, and keep this many of them, 1 to 1000, and the
# last one of each of the last 7 days. Set its passphrase first: mfactl backup --automatic
# backup-folder = \"/media/jane/stick\"
# backup-keep = 10

# Keep the accounts in step with this file, which a folder service carries between your computers. First run: mfactl sync
# --remember FILE
# sync-file = \"/home/jane/Sync/mfa.kdbx\"

# The program that mfactl askpass hands all prompts to that are not for a one-time code.
# askpass-next = \"/usr/bin/ssh-askpass\"

[tray]
# Codes in the menu: \"hidden\", or \"shown\" with the seconds left.
# codes = \"hidden\"

# Seconds until a code that the tray copied is removed from the clipboard; 0 leaves it there.
# clear-after = 30

# The icon: \"colour\", \"light\" for dark panels, \"dark\" for light ones, or \"symbolic\".
# icon = \"colour\"

# Keys that open a menu of the accounts and copy the code of the one that you choose. Linux only: the portal of the desktop
# listens for them, and the desktop decides which keys they are.
# shortcut = \"CTRL+ALT+m\"

# Prompts that mfactl askpass answers with a code of the account; * stands for any text. A prompt that names a host is
# answered only if the host is given here. password-first = true puts a password from askpass-next before the code.
# [[askpass]]
# prompt = \"Verification code:*\"
# host = \"server.example.com\"
# account = \"server\"
# password-first = false
";

/// The configuration cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// The file exists but cannot be read.
    #[error("cannot read the configuration {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the file system.
        #[source]
        source: io::Error,
    },
    /// The file contains a mistake.
    #[error("{path}, line {line}: {message}", path = path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The message.
        message: String,
    },
}

/// Reads a part of the configuration. If the file does not exist, the part is empty.
fn load<T: DeserializeOwned + Default>(path: &Path) -> Result<T, Error> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(source) => Err(Error::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| Error::Parse {
        path: path.to_owned(),
        line: error
            .span()
            .map_or(1, |at| text[..at.start].matches('\n').count() + 1),
        message: mistake::words(error.message()),
    })
}

/// Adds the use of a vault file to the configuration at `path`.
///
/// # Errors
/// An error of the file system, or that the result would not be a valid configuration.
pub fn remember_vault(path: &Path, vault: &Path) -> io::Result<()> {
    let old = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        old => old?,
    };
    // The setting goes to the top, since the file may end in a table, or without a line break.
    let vault = toml::Value::from(vault.display().to_string());
    let text = format!("vault = {vault}\n{old}");
    parse::<Daemon>(path, &text).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        files::create_private_folder(folder)?;
    }
    let outlives = Outlives::APowerCut;
    replace_file(path, outlives, |file| file.write_all(text.as_bytes())).map(drop)
}

/// Creates a file for editing, with all settings in it, unless there is one.
///
/// # Errors
/// An error of the file system.
pub fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        files::create_private_folder(folder)?;
    }
    create(path, |file| file.write_all(TEMPLATE.as_bytes()))
}

/// Creates a file unless there is one.
fn create(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    match files::private(&mut options).open(path) {
        Ok(mut file) => {
            let written = write(&mut file);
            if written.is_err() {
                // What is left would count as a file of the user.
                drop(fs::remove_file(path));
            }
            written
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
