//! Tests of the file of the notes.

use super::*;

fn redo() -> Redo {
    let id = |byte| AccountId::from_random([byte; 16]);
    Redo {
        staged: [(id(3), id(4)), (id(5), id(6))].into(),
        removed: [id(7)].into(),
    }
}

#[test]
fn notes_survive() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, notes) = FileJournal::open(folder.path());
    assert_eq!(notes, Notes::default());
    let spans = [
        (1_700_000_010, 1_700_000_040),
        (1_800_000_000, 1_800_000_030),
    ];
    let ledger = [(AccountId::from_random([1; 16]), spans.into_iter().collect())]
        .into_iter()
        .collect();
    let notes = Notes {
        ledger,
        locked: true,
        unfinished: [("/v.kdbx".into(), [AccountId::from_random([2; 16])].into())].into(),
        redo: [("/v.kdbx".into(), redo())].into(),
        backed_up: BackedUp {
            at: 1_700_000_000,
            accounts: [(AccountId::from_random([8; 16]), 1_600_000_000)].into(),
            counters: [(AccountId::from_random([8; 16]), 3)].into(),
            file: Some("/backups/mfactl-auto.kdbx".into()),
        },
        removed: [(AccountId::from_random([9; 16]), 4)].into(),
        keychain: Some("KWallet".into()),
    };
    journal.store(&notes).unwrap();
    assert_eq!(FileJournal::open(folder.path()).1, notes);
}

#[test]
fn what_older_versions_have_noted_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let id = "550e8400-e29b-41d4-a716-446655440000";
    let text = format!(
        r#"{{"locked":true,"handed_out_until":{{"{id}":1700000010}},"unfinished":["{id}"]}}"#
    );
    fs::write(folder.path().join("state.json"), text).unwrap();
    let (mut journal, notes) = FileJournal::open(folder.path());
    let id = AccountId::parse(id).unwrap();
    assert!(notes.locked);
    assert_eq!(notes.unfinished, [(String::new(), [id].into())].into());
    let spans = [(0, 1_700_000_010)].into_iter().collect();
    assert_eq!(notes.ledger, [(id, spans)].into_iter().collect());
    journal.store(&notes).unwrap();
    assert_eq!(FileJournal::open(folder.path()).1, notes);
}

#[test]
fn what_a_newer_version_has_added_is_written_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let newer = r#"{"locked":false,"handed_out":{},"keychain":"KWallet","grants":[{"a":[1,null]}],"version":2}"#;
    fs::write(&path, newer).unwrap();
    let (mut journal, mut notes) = FileJournal::open(folder.path());
    journal.store(&notes).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    notes.locked = true;
    journal.store(&notes).unwrap();
    let locked = newer.replace("false", "true");
    assert_eq!(fs::read_to_string(&path).unwrap(), locked);
}

#[test]
fn a_folder_that_cannot_be_made_keeps_nothing_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let (mut journal, notes) = FileJournal::open(&file.join("mfactl"));
    assert_eq!(notes, Notes::default());
    assert!(journal.store(&notes).is_err());
}

#[test]
fn a_damaged_file_is_kept_aside_and_counts_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state.json"), "{").unwrap();
    let locked = Notes {
        locked: true,
        ..Notes::default()
    };
    assert_eq!(FileJournal::open(folder.path()).1, locked);
    assert_eq!(fs::read(folder.path().join("state.damaged")).unwrap(), b"{");
}

#[test]
fn a_file_that_cannot_be_read_is_kept_aside_and_counts_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    let (path, aside) = (
        folder.path().join("state.json"),
        folder.path().join("state.damaged"),
    );
    // It stands for a file that a broken disk does not give out.
    fs::create_dir_all(path.join("it")).unwrap();
    let (mut journal, notes) = FileJournal::open(folder.path());
    assert!(notes.locked);
    assert!(aside.join("it").exists());
    journal.store(&notes).unwrap();
    assert_eq!(FileJournal::open(folder.path()).1, notes);
}

/// Whatever a broken disk leaves of the file, the notes are read or the accounts count as locked.
#[test]
fn a_file_with_any_damage_is_read_or_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let (mut journal, _) = FileJournal::open(folder.path());
    let id = AccountId::from_random([1; 16]);
    let spans = [(1_700_000_010, 1_700_000_040)].into_iter().collect();
    let notes = Notes {
        ledger: [(id, spans)].into_iter().collect(),
        locked: false,
        unfinished: [("/v.kdbx".into(), [id].into())].into(),
        redo: [("/v.kdbx".into(), redo())].into(),
        backed_up: BackedUp::default(),
        removed: BTreeMap::new(),
        keychain: Some("KWallet".into()),
    };
    journal.store(&notes).unwrap();
    let whole = fs::read(&path).unwrap();
    let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
    let flipped = (0..whole.len() * 8).map(|bit| {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    for damaged in cut.chain(flipped) {
        fs::write(&path, &damaged).unwrap();
        let (_, notes) = FileJournal::open(folder.path());
        if !path.exists() {
            assert!(notes.locked);
            assert_eq!(fs::read(path.with_extension("damaged")).unwrap(), damaged);
        }
    }
}
