//! Tests of changes of many entries, and of what is kept beside them.

use super::*;

#[test]
fn many_changes_are_made_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let (one, two, three) = (entry(1, "one"), entry(2, "two"), entry(3, "three"));
    stored(&path, &[&one, &two]);
    let mut store = FileStore::new(path.clone(), Arc::default());
    store.open("p").unwrap();
    let change = |old: Option<&Entry>, new: Option<&Entry>| {
        let text = |entry: &Entry| entry.to_text().unwrap();
        ItemChange {
            id: old.or(new).unwrap().account.id,
            old: old.map(text),
            new: new.map(text),
        }
    };
    let renamed = entry(1, "renamed");
    let stale = [
        change(None, Some(&three)),
        change(Some(&renamed), Some(&one)),
    ];
    let failed = store.change_all(&stale);
    assert!(matches!(failed, Err(StoreError::Changed)));
    assert_eq!(accounts(&mut store).len(), 2, "a part of it was stored");
    let changes = [
        change(Some(&one), Some(&renamed)),
        change(Some(&two), None),
        change(None, Some(&three)),
    ];
    store.change_all(&changes).unwrap();
    assert_eq!(accounts(&mut store), [renamed.account, three.account]);
}

#[test]
fn a_passphrase_is_kept_beside_the_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    stored(&path, &[]);
    let mut store = FileStore::new(path, Arc::default());
    assert!(store.passphrase(Kept::Backup).is_err(), "it is locked");
    store.open("p").unwrap();
    assert!(store.passphrase(Kept::Backup).unwrap().is_none());
    store.keep_passphrase(Kept::Backup, Some("word")).unwrap();
    assert_eq!(*store.passphrase(Kept::Backup).unwrap().unwrap(), "word");
    assert!(store.passphrase(Kept::Sync).unwrap().is_none());
    assert!(accounts(&mut store).is_empty());
    store.keep_passphrase(Kept::Backup, None).unwrap();
    assert!(store.passphrase(Kept::Backup).unwrap().is_none());
}
