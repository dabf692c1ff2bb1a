//! A backup: a database that holds these accounts as they are, and nothing else.

use mfa_core::item::Entry;
use thiserror::Error as ThisError;
use zeroize::Zeroizing;

use crate::{DatabaseKey, entry};

/// Why a backup cannot be made.
#[derive(Clone, Copy, Debug, ThisError, PartialEq, Eq)]
pub enum Error {
    /// The database cannot be written.
    #[error("the backup cannot be encrypted")]
    NotEncrypted,
    /// The database differs from what was written.
    #[error("the backup differs from the accounts when it is opened again")]
    Different,
}

/// Returns the text of a KDBX 4 file with these accounts. It is opened again and compared before it counts. With `keepass2`,
/// it also has the attributes that KeePass 2 reads.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub fn seal(
    entries: &[Entry],
    passphrase: &str,
    keepass2: bool,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = DatabaseKey::new().with_password(passphrase);
    let mut database = crate::create_for_one_thread();
    for account in entries {
        entry::write(&mut database, account);
        if keepass2 {
            crate::keepass2::add(&mut database, account);
        }
    }
    let saved = crate::save(&database, key.clone());
    let saved = Zeroizing::new(saved.map_err(|_| Error::NotEncrypted)?);
    match holds_all(&saved, &key, entries) {
        true => Ok(saved),
        false => Err(Error::Different),
    }
}

/// Returns whether a database holds these accounts as they are, and nothing else.
fn holds_all(saved: &[u8], key: &DatabaseKey, entries: &[Entry]) -> bool {
    let Ok(database) = crate::open(saved, key) else {
        return false;
    };
    let is_there = |account: &Entry| {
        let id = account.account.id;
        let found = database.entry(entry::id(id));
        let found = found.and_then(|found| entry::read(id, &found));
        found.is_some_and(|found| {
            found.account == account.account && found.secret.same_as(&account.secret)
        })
    };
    database.num_entries() == entries.len() && entries.iter().all(is_there)
}
