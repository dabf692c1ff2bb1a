//! Tests of the vault file: it reads what it wrote, and a wrong passphrase or a damaged file changes nothing.

mod many;
mod path;

use std::cell::Cell;
use std::fs;
use std::path::Path;

use keepass::db::EntryId;
use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::{Account, Secret};
use mfa_sys::files;

use super::*;

fn entry(byte: u8, name: &str) -> Entry {
    let period = Period::default();
    let kind = Kind::Totp { period };
    Entry {
        account: Account {
            name: name.into(),
            issuer: "Amazon Web Services".into(),
            username: "root@1234".into(),
            algorithm: Algorithm::Sha256,
            digits: Digits::new(8).unwrap(),
            tags: vec!["work".into()],
            domains: mfa_core::site::known(["signin.aws.amazon.com", "localhost"]),
            pinned: true,
            note: "two\nlines".into(),
            serial: "arn:aws:iam::1234:mfa/root".into(),
            modified: 1_700_000_001,
            ..Account::new(AccountId::from_random([byte; 16]), kind, 1_700_000_000)
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

/// Creates a vault file with these entries.
fn stored(path: &Path, entries: &[&Entry]) {
    create(path, "p").unwrap();
    let mut store = FileStore::new(path.to_owned(), Arc::default());
    store.open("p").unwrap();
    for entry in entries {
        let text = entry.to_text().unwrap();
        store.put(entry.account.id, None, &text).unwrap();
    }
}

#[test]
fn what_is_stored_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let mut store = FileStore::new(path.clone(), Arc::default());
    let locked = store.load(&mut |_, _| true);
    assert!(matches!(locked, Err(StoreError::Locked)));
    let (one, two) = (entry(1, "one"), entry(2, "two"));
    stored(&path, &[&one, &two]);
    store.open("p").unwrap();
    let mut other = FileStore::new(path.clone(), Arc::default());
    let claimed = other.open("p");
    assert!(matches!(claimed, Err(StoreError::Unavailable(_))));
    store.close();
    let wrong = other.open("wrong");
    assert!(matches!(wrong, Err(StoreError::WrongPassphrase)));
    other.open("p").unwrap();
    assert_eq!(accounts(&mut other), [one.account, two.account]);
    #[cfg(unix)]
    assert!(files::is_private(&fs::File::open(&path).unwrap()).unwrap());
    other.close();
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "nothing is left beside it");
}

/// The changes that another program made meanwhile are seen, and not undone.
#[test]
fn what_has_changed_meanwhile_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let (one, two) = (entry(1, "one"), entry(2, "two"));
    stored(&path, &[&one, &two]);
    let mut store = FileStore::new(path, Arc::default());
    store.open("p").unwrap();
    store.delete(one.account.id).unwrap();
    let text = two.to_text().unwrap();
    let renamed = Entry {
        account: Account {
            name: "2".into(),
            ..two.account.clone()
        },
        ..two
    };
    let id = renamed.account.id;
    let put = store.put(id, Some(&text), &renamed.to_text().unwrap());
    put.unwrap();
    let stale = store.put(id, Some(&text), &text);
    assert!(matches!(stale, Err(StoreError::Changed)));
    let gone = store.put(one.account.id, Some(&one.to_text().unwrap()), &text);
    assert!(matches!(gone, Err(StoreError::Changed)));
    assert_eq!(accounts(&mut store), [renamed.account]);
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let mut store = FileStore::new(path.clone(), Arc::default());
    create(&path, "p").unwrap();
    store.open("p").unwrap();
    store.close();
    let whole = fs::read(&path).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"not a database", b""] {
        fs::write(&path, damaged).unwrap();
        let mut store = FileStore::new(path.clone(), Arc::default());
        assert!(store.open("p").is_err());
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let mut store = FileStore::new(path.clone(), Arc::default());
    create(&path, "p").unwrap();
    store.open("p").unwrap();
    let before = fs::read(&path).unwrap();
    // A folder in the way of the new file stands for any failing write.
    fs::create_dir_all(folder.path().join("vault.kdbx.new/x")).unwrap();
    let one = entry(1, "one");
    assert!(
        store
            .put(one.account.id, None, &one.to_text().unwrap())
            .is_err()
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(accounts(&mut store).is_empty());
}

#[test]
fn the_key_costs_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    create(&path, "p").unwrap();
    let mut store = FileStore::new(path, Arc::default());
    store.open("p").unwrap();
    let config = &store.open.as_ref().unwrap().database.config;
    let keepass::config::KdfConfig::Argon2id { memory, .. } = config.kdf_config else {
        panic!("not Argon2id")
    };
    assert!(memory >= 64 * 1024 * 1024);
}

/// The entries of a KeePassXC user hold fields that we do not know.
const BANK: &str = "otpauth://totp/Bank:customer-42?secret=JBSWY3DPEHPK3PXP";

/// Adds an entry as a person keeps it in KeePassXC, with fields of `length` letters.
fn add_foreign(store: &mut FileStore, length: usize) -> EntryId {
    let id = Cell::new(None);
    let add = store.change(|database| {
        let mut root = database.root_mut();
        let mut entry = root.add_entry();
        entry.set_unprotected("Title", "t".repeat(length));
        entry.set_unprotected("UserName", "jane.login@example.com");
        entry.set_unprotected("Notes", "n".repeat(length));
        entry.set_protected("Password", "hunter2");
        entry.set_protected("otp", BANK);
        id.set(Some(entry.id()));
        Ok(())
    });
    add.unwrap();
    id.get().unwrap()
}

#[test]
fn what_we_do_not_know_of_an_entry_stays() {
    const LENGTH: usize = 900;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    stored(&path, &[]);
    let mut store = FileStore::new(path, Arc::default());
    store.open("p").unwrap();
    let id = add_foreign(&mut store, LENGTH);
    let mut texts = Vec::new();
    let mut keep = |id, text| {
        texts.push((id, text));
        true
    };
    store.load(&mut keep).unwrap();
    let (account_id, old) = texts.remove(0);
    let mut pinned = Entry::from_text(account_id, &old).unwrap();
    pinned.account.pinned = true;
    let put = store.put(account_id, Some(&old), &pinned.to_text().unwrap());
    put.unwrap();
    store.close();
    store.open("p").unwrap();
    let database = &store.open.as_ref().unwrap().database;
    let entry = database.entry(id).unwrap();
    assert_eq!(entry.get_title(), Some(&*"t".repeat(LENGTH)));
    assert_eq!(entry.get_username(), Some("jane.login@example.com"));
    assert_eq!(entry.get("Notes"), Some(&*"n".repeat(LENGTH)));
    assert_eq!(entry.get_password(), Some("hunter2"));
    assert_eq!(entry.get("pinned"), Some("yes"));
    assert_eq!(entry.get("otp"), Some(BANK));
    // Removing the account leaves the password.
    store.delete(account_id).unwrap();
    assert!(accounts(&mut store).is_empty());
    let database = &store.open.as_ref().unwrap().database;
    let entry = database.entry(id).unwrap();
    assert_eq!(entry.get_password(), Some("hunter2"));
    assert_eq!(entry.get("otp"), None);
}

#[test]
fn a_wrong_passphrase_leaves_an_open_vault_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    create(&path, "p").unwrap();
    let is_open = Arc::new(AtomicBool::new(false));
    let mut store = FileStore::new(path.clone(), Arc::clone(&is_open));
    store.open("p").unwrap();
    assert!(matches!(
        store.open("wrong"),
        Err(StoreError::WrongPassphrase)
    ));
    assert!(is_open.load(Ordering::Relaxed));
    let one = entry(1, "one");
    store
        .put(one.account.id, None, &one.to_text().unwrap())
        .unwrap();
    // Another program changes the passphrase of the file, so the vault has to be unlocked again.
    let bytes = mfa_keepass::save(
        &store.open.as_ref().unwrap().database,
        DatabaseKey::new().with_password("other"),
    );
    fs::write(&path, bytes.unwrap()).unwrap();
    let two = entry(2, "two");
    let put = store.put(two.account.id, None, &two.to_text().unwrap());
    assert!(matches!(put, Err(StoreError::Locked)));
    assert!(!is_open.load(Ordering::Relaxed));
    store.open("other").unwrap();
    assert_eq!(accounts(&mut store), [one.account]);
}
