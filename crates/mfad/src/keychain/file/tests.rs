//! The vault file: what is written is read, a wrong passphrase or a damaged file changes nothing.

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::{Account, Secret};

use super::*;

fn entry(byte: u8, name: &str) -> Entry {
    Entry {
        account: Account {
            id: AccountId::from_random([byte; 16]),
            name: name.into(),
            issuer: "Amazon Web Services".into(),
            username: "root@1234".into(),
            kind: Kind::Totp {
                period: Period::default(),
            },
            algorithm: Algorithm::Sha256,
            digits: Digits::new(8).unwrap(),
            tags: vec!["work".into()],
            pinned: true,
            note: "two\nlines".into(),
            serial: "arn:aws:iam::1234:mfa/root".into(),
            created: 1_700_000_000,
            modified: 1_700_000_001,
        },
        secret: Secret::from_bytes(vec![byte; 20]).unwrap(),
    }
}

fn accounts(store: &mut FileStore) -> Vec<Account> {
    let mut accounts = Vec::new();
    store
        .load(&mut |id, text| {
            accounts.push(Entry::from_text(id, &text).unwrap().account);
            true
        })
        .unwrap();
    accounts.sort_by(|a, b| a.name.cmp(&b.name));
    accounts
}

#[test]
fn what_is_stored_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let mut store = FileStore::new(path.clone());
    assert!(matches!(
        store.load(&mut |_, _| true),
        Err(StoreError::Locked)
    ));
    store.open("correct horse").unwrap();
    let (one, two) = (entry(1, "one"), entry(2, "two"));
    store.put(one.account.id, &one.to_text().unwrap()).unwrap();
    store.put(two.account.id, &two.to_text().unwrap()).unwrap();

    let mut other = FileStore::new(path.clone());
    assert!(matches!(
        other.open("wrong"),
        Err(StoreError::WrongPassphrase)
    ));
    other.open("correct horse").unwrap();
    assert_eq!(
        accounts(&mut other),
        [one.account.clone(), two.account.clone()]
    );

    // The first store sees what the second one did, and does not undo it.
    other.delete(one.account.id).unwrap();
    let three = entry(3, "three");
    store
        .put(three.account.id, &three.to_text().unwrap())
        .unwrap();
    assert_eq!(accounts(&mut store), [three.account, two.account]);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let mut store = FileStore::new(path.clone());
    store.open("p").unwrap();
    let whole = fs::read(&path).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"not a database", b""] {
        fs::write(&path, damaged).unwrap();
        let mut store = FileStore::new(path.clone());
        assert!(store.open("p").is_err());
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let mut store = FileStore::new(path.clone());
    store.open("p").unwrap();
    let before = fs::read(&path).unwrap();
    // A folder in the way of the new file stands for any failing write.
    fs::create_dir_all(folder.path().join("vault.kdbx.new/x")).unwrap();
    let one = entry(1, "one");
    assert!(store.put(one.account.id, &one.to_text().unwrap()).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(accounts(&mut store).is_empty());
}

#[test]
fn the_key_costs_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FileStore::new(folder.path().join("vault.kdbx"));
    store.open("p").unwrap();
    let config = &store.open.as_ref().unwrap().database.config;
    let KdfConfig::Argon2id { memory, .. } = config.kdf_config else {
        panic!("not Argon2id")
    };
    assert!(memory >= 64 * 1024 * 1024);
}
