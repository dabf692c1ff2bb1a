//! Tags that KeePass would split. It puts all tags of an entry into one text, with a character between them that a tag of
//! ours may have. So such a list is also kept as a whole, and counts until somebody changes the tags of the entry.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// What stands between the tags of an entry: programs write the first one, and read each of them so.
const BETWEEN: [char; 3] = [';', ',', '\t'];

/// Returns tags as they are once a program has read them from a file.
pub(crate) fn split(tags: &[String]) -> Vec<String> {
    let parts = tags.iter().flat_map(|tag| tag.split(BETWEEN));
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Reads the list that was kept as a whole, unless the entry has other tags now.
pub(crate) fn whole(list: Json, now: &[String]) -> Option<Vec<String>> {
    let list: Vec<String> = serde_json::from_value(list).ok()?;
    // Programs sort them, and leave out what is there twice.
    let parts = |tags: &[String]| split(tags).into_iter().collect::<BTreeSet<_>>();
    (parts(&list) == parts(now)).then_some(list)
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Kind;
    use mfa_core::item::Entry;
    use mfa_core::{Account, AccountId, Secret};

    use crate::{Database, entry};

    #[test]
    fn a_tag_that_programs_would_split_stays_whole_until_a_person_changes_the_tags() {
        let tags = ["a, b", "c;d", "plain"].map(str::to_owned);
        let id = AccountId::from_random([7; 16]);
        let account = Account {
            name: "bank".into(),
            issuer: "Bank".into(),
            tags: tags.to_vec(),
            ..Account::new(id, Kind::Hotp { counter: 7 }, 1000)
        };
        let full = Entry {
            account,
            secret: Secret::from_bytes(vec![1; 20]).unwrap(),
        };
        crate::backup::seal(std::slice::from_ref(&full), "p", false).unwrap();
        let mut database = crate::create();
        entry::write(&mut database, &full);
        let read_tags =
            |database: &Database| entry::read(id, &database.entry(entry::id(id)).unwrap()).unwrap();
        assert_eq!(read_tags(&database).account.tags, tags);
        let mut found = database.entry_mut(entry::id(id)).unwrap();
        assert_eq!(found.tags, ["a", "b", "c", "d", "plain"]);
        // As KeePassXC writes them.
        found.tags.reverse();
        assert_eq!(read_tags(&database).account.tags, tags);
        let mut found = database.entry_mut(entry::id(id)).unwrap();
        found.tags = vec!["new".into()];
        assert_eq!(read_tags(&database).account.tags, ["new"]);
        let plain = read_tags(&database);
        entry::write(&mut database, &plain);
        let found = database.entry(entry::id(id)).unwrap();
        assert!(found.get("mfactl tags").is_none());
    }
}
