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
    let mut store = FileStore::new(path.clone(), Arc::default());
    assert!(matches!(
        store.load(&mut |_, _| true),
        Err(StoreError::Locked)
    ));
    create(&path, "correct horse").unwrap();
    store.open("correct horse").unwrap();
    let (one, two) = (entry(1, "one"), entry(2, "two"));
    store
        .put(one.account.id, None, &one.to_text().unwrap())
        .unwrap();
    store
        .put(two.account.id, None, &two.to_text().unwrap())
        .unwrap();

    let mut other = FileStore::new(path.clone(), Arc::default());
    assert!(
        matches!(other.open("correct horse"), Err(StoreError::Unavailable(_))),
        "claimed"
    );
    store.close();
    assert!(matches!(
        other.open("wrong"),
        Err(StoreError::WrongPassphrase)
    ));
    other.open("correct horse").unwrap();
    assert_eq!(
        accounts(&mut other),
        [one.account.clone(), two.account.clone()]
    );

    // What another program did meanwhile is seen, and not undone.
    other.delete(one.account.id).unwrap();
    let text = two.to_text().unwrap();
    let renamed = Entry {
        account: Account {
            name: "2".into(),
            ..two.account.clone()
        },
        ..two
    };
    other
        .put(renamed.account.id, Some(&text), &renamed.to_text().unwrap())
        .unwrap();
    let stale = other.put(renamed.account.id, Some(&text), &text);
    assert!(matches!(stale, Err(StoreError::Changed)));
    let gone = other.put(one.account.id, Some(&one.to_text().unwrap()), &text);
    assert!(matches!(gone, Err(StoreError::Changed)));
    assert_eq!(accounts(&mut other), [renamed.account]);
    #[cfg(unix)]
    assert!(files::is_private(&File::open(&path).unwrap()).unwrap());
    other.close();
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
    let KdfConfig::Argon2id { memory, .. } = config.kdf_config else {
        panic!("not Argon2id")
    };
    assert!(memory >= 64 * 1024 * 1024);
}

/// Entries that somebody keeps in KeePassXC hold more than we know of.
#[test]
#[expect(clippy::too_many_lines, reason = "an entry has many fields")]
fn what_we_do_not_know_of_an_entry_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    create(&path, "p").unwrap();
    let mut store = FileStore::new(path.clone(), Arc::default());
    store.open("p").unwrap();
    let title = "t".repeat(90);
    let notes = "n".repeat(900);
    let id = std::cell::Cell::new(None);
    store
        .change(|database| {
            let mut root = database.root_mut();
            let mut entry = root.add_entry();
            entry.set_unprotected("Title", title.as_str());
            entry.set_unprotected("UserName", "jane.login@example.com");
            entry.set_unprotected("Notes", notes.as_str());
            entry.set_protected("Password", "hunter2");
            entry.set_protected(
                "otp",
                "otpauth://totp/Bank:customer-42?secret=JBSWY3DPEHPK3PXP",
            );
            id.set(Some(entry.id()));
            Ok(())
        })
        .unwrap();
    let account = accounts(&mut store).remove(0);
    let mut texts = Vec::new();
    store
        .load(&mut |id, text| {
            texts.push((id, text));
            true
        })
        .unwrap();
    let (account_id, old) = texts.remove(0);
    let pinned = Entry {
        account: Account {
            pinned: true,
            ..account
        },
        secret: Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap(),
    };
    store
        .put(account_id, Some(&old), &pinned.to_text().unwrap())
        .unwrap();
    store.close();
    store.open("p").unwrap();
    let database = &store.open.as_ref().unwrap().database;
    let entry = database.entry(id.get().unwrap()).unwrap();
    assert_eq!(entry.get_title(), Some(title.as_str()));
    assert_eq!(entry.get_username(), Some("jane.login@example.com"));
    assert_eq!(entry.get("Notes"), Some(notes.as_str()));
    assert_eq!(entry.get_password(), Some("hunter2"));
    assert_eq!(entry.get("pinned"), Some("yes"));
    assert_eq!(
        entry.get("otp"),
        Some("otpauth://totp/Bank:customer-42?secret=JBSWY3DPEHPK3PXP")
    );
    // Removing the account leaves the password.
    store.delete(account_id).unwrap();
    assert!(accounts(&mut store).is_empty());
    let database = &store.open.as_ref().unwrap().database;
    let entry = database.entry(id.get().unwrap()).unwrap();
    assert_eq!(entry.get_password(), Some("hunter2"));
    assert_eq!(entry.get("otp"), None);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_vault_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (
        folder.path().join("real.kdbx"),
        folder.path().join("link.kdbx"),
    );
    create(&real, "p").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let mut store = FileStore::new(link.clone(), Arc::default());
    store.open("p").unwrap();
    let one = entry(1, "one");
    store
        .put(one.account.id, None, &one.to_text().unwrap())
        .unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    store.close();
    let mut store = FileStore::new(real, Arc::default());
    store.open("p").unwrap();
    assert_eq!(accounts(&mut store), [one.account]);
}

/// `touch`, or a tool that writes in place, leaves the same file behind.
#[test]
fn a_file_that_was_touched_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    create(&path, "p").unwrap();
    let mut store = FileStore::new(path.clone(), Arc::default());
    store.open("p").unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let one = entry(1, "one");
    store
        .put(one.account.id, None, &one.to_text().unwrap())
        .unwrap();
    assert_eq!(accounts(&mut store), [one.account]);
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
    // Somebody gives the file another passphrase: it has to be unlocked anew.
    let bytes = encrypt(
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

#[cfg(unix)]
#[test]
fn only_a_file_that_is_ours_alone_is_opened() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let refused = |what: &str| {
        let mut store = FileStore::new(path.clone(), Arc::default());
        let error = store.open("p").unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    symlink("/dev/zero", &path).unwrap();
    refused("not a regular file");
    fs::remove_file(&path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    refused("not a regular file");
    fs::remove_file(&path).unwrap();

    create(&path, "p").unwrap();
    let set = |mode| fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    for mode in [0o622, 0o620, 0o666] {
        set(mode);
        refused("can be changed by others: chmod 600 it");
    }
    set(0o644);
    FileStore::new(path.clone(), Arc::default())
        .open("p")
        .unwrap();
    set(0o600);
    // Only root can give files away.
    if chown(&path, Some(65534), None).is_ok() {
        refused("belongs to another user");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    files::private(OpenOptions::new().create_new(true).write(true))
        .open(&path)
        .unwrap()
        .set_len(MAX_FILE + 1)
        .unwrap();
    let mut store = FileStore::new(path, Arc::default());
    let error = store.open("p").unwrap_err().to_string();
    assert!(error.contains("larger than 64 MiB"), "{error}");
}

/// None is taken for a vault. At a field that is too short keepass panics, which is an error here.
#[test]
fn a_file_with_any_damage_is_refused() {
    let key = DatabaseKey::new().with_password("p");
    let mut config = encryption();
    config.kdf_config = KdfConfig::Argon2id {
        iterations: 1,
        memory: 64 * 1024,
        parallelism: 1,
        version: argon2::Version::Version13,
    };
    let whole = encrypt(&Database::with_config(config), key.clone()).unwrap();
    assert!(decrypt(&whole, &key).is_ok());
    let compression: &[u8] = &[3, 4, 0, 0, 0];
    let field = whole.windows(5).position(|bytes| bytes == compression);
    let mut short = whole.clone();
    drop(short.splice(field.unwrap()..field.unwrap() + 9, [3, 0, 0, 0, 0]));
    assert!(panic::catch_unwind(|| Database::parse(&short, key.clone())).is_err());
    let refused = decrypt(&short, &key).unwrap_err().to_string();
    assert!(refused.contains("damaged"), "{refused}");
    // What is behind that, is encrypted and signed as a whole.
    let header = 256;
    let mut random = 1_u32;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random as usize % below
    };
    for number in 0..500 {
        let mut damaged = whole.clone();
        match number % 3 {
            0 => damaged[next(header)] ^= 1 << next(8),
            1 => damaged.truncate(next(whole.len())),
            _ => drop(damaged.drain(next(header)..).take(next(8) + 1).count()),
        }
        assert!(decrypt(&damaged, &key).is_err(), "{number}");
    }
    for at in header..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << next(8);
        assert!(decrypt(&damaged, &key).is_err(), "{at}");
    }
}
