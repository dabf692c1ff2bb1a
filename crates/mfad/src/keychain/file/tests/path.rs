//! Tests of files that are links, belong to others, are too large, are damaged, or are changed by another
//! program.

use super::*;

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

/// As if on a network drive, or while another program replaces it in two steps.
#[test]
fn a_file_that_is_away_for_a_moment_leaves_the_vault_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.kdbx");
    let one = entry(1, "one");
    stored(&path, &[&one]);
    let is_open = Arc::default();
    let mut store = FileStore::new(path.clone(), Arc::clone(&is_open));
    store.open("p").unwrap();
    let aside = folder.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    let missing = store.load(&mut |_, _| true).unwrap_err();
    assert!(matches!(missing, StoreError::Unavailable(_)), "{missing}");
    fs::rename(&aside, &path).unwrap();
    assert!(is_open.load(Ordering::Relaxed));
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
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        // Not by mkfifo: until it runs, a new process holds the vault files of the tests beside this one.
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        refused("not a regular file");
        fs::remove_file(&path).unwrap();
    }

    create(&path, "p").unwrap();
    let set = |mode| fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    for mode in [0o622, 0o620, 0o666] {
        set(mode);
        refused("can be changed by other users: run chmod 600 on it");
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
    files::private(fs::OpenOptions::new().create_new(true).write(true))
        .open(&path)
        .unwrap()
        .set_len(disk::MAX_FILE + 1)
        .unwrap();
    let mut store = FileStore::new(path, Arc::default());
    let error = store.open("p").unwrap_err().to_string();
    assert!(error.contains("larger than 64 MiB"), "{error}");
}
