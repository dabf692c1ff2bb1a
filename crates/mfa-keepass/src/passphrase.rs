//! Passphrases of other files, such as that of the automatic backups, kept in a database beside its accounts.
//!
//! They are in the custom data of the database, which is encrypted with it. `KeePassXC` neither shows nor changes what it
//! does not know there, and older versions of mfactl do the same.

use keepass::Database;
use keepass::db::{CustomDataItem, CustomDataValue};
use zeroize::Zeroizing;

/// The beginning of their names in the custom data.
const PREFIX: &str = "mfactl passphrase ";

/// Returns the passphrase of a file, if one is kept.
#[must_use]
pub fn read(database: &Database, of: &str) -> Option<Zeroizing<String>> {
    let item = database.meta.custom_data.get(&key(of))?;
    match item.value.as_ref()? {
        CustomDataValue::String(text) => Some(Zeroizing::new(text.clone())),
        CustomDataValue::Binary(_) => None,
    }
}

/// Keeps the passphrase of a file, or removes it.
pub fn write(database: &mut Database, of: &str, passphrase: Option<&str>) {
    let custom = &mut database.meta.custom_data;
    let Some(passphrase) = passphrase else {
        custom.remove(&key(of));
        return;
    };
    let item = CustomDataItem {
        value: Some(CustomDataValue::String(passphrase.to_owned())),
        last_modification_time: None,
    };
    custom.insert(key(of), item);
}

fn key(of: &str) -> String {
    format!("{PREFIX}{of}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DatabaseKey;

    #[test]
    fn a_passphrase_is_no_account_and_is_kept_until_it_is_removed() {
        let key = || DatabaseKey::new().with_password("p");
        let mut database = crate::create();
        write(&mut database, "backup", Some("a <b> & \u{e9}"));
        write(&mut database, "sync", Some("c"));
        write(&mut database, "sync", None);
        let saved = crate::save(&database, key()).unwrap();
        let database = crate::open(&saved, &key()).unwrap();
        assert_eq!(database.num_entries(), 0);
        let kept = read(&database, "backup").unwrap();
        assert_eq!(*kept, "a <b> & \u{e9}");
        assert!(read(&database, "sync").is_none());
    }
}
