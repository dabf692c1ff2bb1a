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
            found.account == account.account.clone().fit_for_xml()
                && found.secret.same_as(&account.secret)
        })
    };
    database.num_entries() == entries.len() && entries.iter().all(is_there)
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Kind;
    use mfa_core::{Account, AccountId, Secret};

    use super::*;

    fn entry(number: u8) -> Entry {
        let kind = Kind::Hotp { counter: 3 };
        let account = Account {
            name: format!("bank {number}"),
            issuer: "Bank".into(),
            ..Account::new(AccountId::from_random([number; 16]), kind, 0)
        };
        let secret = Secret::from_bytes(vec![number; 16]).unwrap();
        Entry { account, secret }
    }

    #[test]
    fn what_differs_does_not_count() {
        let key = DatabaseKey::new().with_password("p");
        let accounts = [entry(1), entry(2)];
        let sealed = seal(&accounts, "p", false).unwrap();
        assert!(holds_all(&sealed, &key, &accounts));
        assert!(!holds_all(&sealed, &key, &accounts[..1]), "one more");
        let more = [entry(1), entry(2), entry(3)];
        assert!(!holds_all(&sealed, &key, &more), "one is missing");
        let mut counted = [entry(1), entry(2)];
        counted[1].account.kind = Kind::Hotp { counter: 4 };
        assert!(!holds_all(&sealed, &key, &counted), "another counter");
        let mut other = [entry(1), entry(2)];
        other[1].secret = Secret::from_bytes(vec![9; 16]).unwrap();
        assert!(!holds_all(&sealed, &key, &other), "another secret");
        assert!(!holds_all(&sealed[..sealed.len() - 1], &key, &accounts));
        let twice = [entry(1), entry(1)];
        assert_eq!(seal(&twice, "p", false).unwrap_err(), Error::Different);
    }

    /// Older versions have stored such texts. Other KeePass apps would refuse the whole file.
    #[test]
    fn no_character_is_in_the_file_that_xml_has_no_place_for() {
        let mut odd = entry(1);
        odd.account.username = "ja\u{ffff}ne".into();
        odd.account.note = "\u{fffe}".into();
        odd.account.tags = vec!["a,\u{ffff}".into()];
        odd.account.more.insert("new".into(), "\u{ffff}".into());
        let sealed = seal(&[odd], "p", false).unwrap();
        let key = DatabaseKey::new().with_password("p");
        let database = crate::open(&sealed, &key).unwrap();
        let found = database.iter_all_entries().next().unwrap();
        for (name, value) in &found.fields {
            assert!(!value.get().contains(['\u{fffe}', '\u{ffff}']), "{name}");
        }
        assert!(!found.tags.concat().contains('\u{ffff}'));
        let id = AccountId::from_random([1; 16]);
        let read = entry::read(id, &found).unwrap().account;
        assert_eq!(read.username, "ja\u{fffd}ne");
        assert_eq!(read.more["new"], "\u{ffff}", "of which we know nothing");
    }
}
