//! KeePass databases (KDBX) that a client names, such as a backup.
//!
//! The daemon reads such a file itself, so that its secrets pass through no other program. Whoever can name a file may
//! have made it, too: only a regular file of limited size is read, and what opening it costs and what it unpacks to is
//! checked first.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mfa_core::account::MAX_NAME;
use mfa_core::item::Entry;
use mfa_core::{AccountId, naming};
use mfa_keepass::{Database, EntryRef, entry};
use mfa_sys::files;
use thiserror::Error as ThisError;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::keychain::Passphrase;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Each database may take a gigabyte of memory and some seconds, so one is opened at a time.
static OPENING: Semaphore = Semaphore::const_new(1);

/// Why a database cannot be read. No text has anything of the file.
#[derive(Debug, ThisError)]
pub(crate) enum Error {
    #[error("the path of the file is not absolute")]
    Relative,
    #[error("the file does not exist")]
    Missing,
    #[error("the path is not that of a regular file")]
    Irregular,
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("the file is larger than 64 MiB")]
    TooLarge,
    #[error("the passphrase of the file is wrong")]
    WrongPassphrase,
    /// The reason is the end of a sentence that begins with the file.
    #[error("the file {0}")]
    Unusable(mfa_keepass::Error),
    #[error("an internal error occurred while the file was read")]
    Ended,
}

/// A database that is open.
pub(crate) struct Opened(Database);

/// The accounts of a database.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) accounts: Vec<Entry>,
    /// What of an entry its account does not have.
    pub(crate) remarks: HashMap<AccountId, String>,
    /// The entries with codes that are not understood.
    pub(crate) unreadable: Vec<Unreadable>,
}

/// An entry with codes that are not understood.
pub(crate) struct Unreadable {
    pub(crate) name: String,
    pub(crate) username: String,
    /// Whether it was an account of ours, or has a link. Codes that another program keeps in a way of its own are no
    /// account.
    pub(crate) is_account: bool,
}

impl Unreadable {
    fn new(item: &EntryRef<'_>) -> Self {
        let text = |text: Option<&str>| naming::tidy(text.unwrap_or_default(), MAX_NAME);
        Self {
            name: text(item.get_title()),
            username: text(item.get_username()),
            is_account: entry::is_ours_or_has_link(item),
        }
    }
}

/// Opens the database at an absolute path.
pub(crate) async fn open(path: PathBuf, passphrase: Passphrase) -> Result<Opened, Error> {
    if !path.is_absolute() {
        return Err(Error::Relative);
    }
    let permit = OPENING.acquire().await.map_err(|_| Error::Ended)?;
    let opening = tokio::task::spawn_blocking(move || {
        // It is held until the work is done, even if nobody waits for it any more.
        let _permit = permit;
        let opened = read(&path).and_then(|bytes| decrypt(&bytes, passphrase));
        mfa_sys::memory::scrub_stack();
        opened
    });
    opening.await.unwrap_or(Err(Error::Ended))
}

impl Opened {
    /// Returns the accounts: the entries with codes that are not in the recycle bin.
    pub(crate) fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        for item in self.0.iter_all_entries() {
            if !entry::is_meant_as_account(&item) || entry::is_in_bin(&item) {
                continue;
            }
            let id = AccountId::from_bytes(item.id().uuid().into_bytes());
            let Some(account) = entry::read_any(id, &item) else {
                contents.unreadable.push(Unreadable::new(&item));
                continue;
            };
            let remark = remark(&item, &account).map(|remark| (id, remark));
            contents.remarks.extend(remark);
            contents.accounts.push(account);
        }
        contents
    }
}

/// Says what of an entry its account does not have.
fn remark(item: &EntryRef<'_>, account: &Entry) -> Option<String> {
    let long = entry::too_long(item);
    let cut = (!long.is_empty()).then(|| format!("too long, and cut: {}", long.join(", ")));
    let other = entry::has_another_secret_than(item, &account.secret);
    let other = other.then(|| "its entry has a second secret, which is not restored".to_owned());
    let remarks: Vec<_> = cut.into_iter().chain(other).collect();
    (!remarks.is_empty()).then(|| remarks.join("; "))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let file = files::open_regular(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Error::Missing,
        io::ErrorKind::InvalidInput => Error::Irregular,
        _ => Error::Unreadable(error),
    })?;
    let mut bytes = Zeroizing::new(Vec::new());
    // A file may grow while it is read.
    let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
    read.map_err(Error::Unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::TooLarge);
    }
    Ok(bytes)
}

fn decrypt(bytes: &[u8], passphrase: Passphrase) -> Result<Opened, Error> {
    let opened = mfa_keepass::open_named(bytes, &passphrase.into_text()).map(Opened);
    opened.map_err(|error| match error {
        mfa_keepass::Error::WrongPassphrase => Error::WrongPassphrase,
        error => Error::Unusable(error),
    })
}

#[cfg(test)]
mod tests;
