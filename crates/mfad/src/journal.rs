//! The notes that the daemon keeps over a restart and that are not secret: which codes were handed out, whether
//! the user locked the accounts, which accounts belong to an incomplete import, and in which keychain there were
//! accounts.
//!
//! They are in one small file, `state.json`, in the state folder. The file is replaced by a rename, so that a
//! killed process leaves either the old one or the new one. It is synchronised only when an import begins or
//! ends. After a power cut the codes in it have expired, and the lock falls back to the keychain's own, but a
//! complete import must not count as an incomplete one.
//!
//! If the file cannot be written, each attempt reports so, and the daemon goes on with the notes in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_core::AccountId;
use mfa_core::ledger::Ledger;
use mfa_core::port::{Journal, Notes};
use mfa_host::replace::{Outlives, replace_file};
use mfa_sys::files;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The journal on disk.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    /// The incomplete imports that the file lists.
    unfinished: BTreeMap<String, BTreeSet<AccountId>>,
    /// What a newer version has added to the file.
    more: Map<String, Value>,
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    locked: bool,
    /// The validity of the codes that were handed out, as (from, until) in Unix seconds, by account id.
    #[serde(default)]
    handed_out: BTreeMap<String, Vec<(u64, u64)>>,
    /// The field of older versions instead of `handed_out`: only the ends of validity.
    #[serde(default, skip_serializing)]
    handed_out_until: BTreeMap<String, u64>,
    /// The ids of accounts that are stored but not to stay, from before the store was noted with them.
    #[serde(default, skip_serializing)]
    unfinished: Vec<String>,
    /// The same, by the store that holds the accounts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unfinished_in: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keychain: Option<String>,
    /// What a newer version has added. It is written back as it is.
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Stored {
    fn unfinished(&self) -> BTreeMap<String, BTreeSet<AccountId>> {
        // The empty name matches no store, so these ids stay noted. There are few of them.
        let unknown = (String::new(), &self.unfinished);
        let known = self.unfinished_in.iter();
        let known = known.map(|(store, ids)| (store.clone(), ids));
        let sets = known.chain([unknown]).map(|(store, ids)| {
            let ids = ids.iter().filter_map(|id| AccountId::parse(id));
            (store, ids.collect::<BTreeSet<_>>())
        });
        sets.filter(|(_, ids)| !ids.is_empty()).collect()
    }

    fn ledger(&self) -> Ledger {
        let mut spans = self.handed_out.clone();
        for (id, until) in &self.handed_out_until {
            spans.entry(id.clone()).or_default().push((0, *until));
        }
        let spans = spans.into_iter();
        spans
            .filter_map(|(id, spans)| Some((AccountId::parse(&id)?, spans.into_iter().collect())))
            .collect()
    }
}

impl FileJournal {
    /// Opens the journal in a folder, which is created if necessary, and reads the notes.
    ///
    /// A file that is damaged or cannot be read is kept under another name. It may have said that the accounts are
    /// locked, so they count as locked.
    #[must_use]
    pub fn open(folder: &Path) -> (Self, Notes) {
        if let Err(error) = files::own_folder(folder) {
            let path = folder.display();
            tracing::warn!(%path, %error, "cannot write the state; fresh codes and imports do not work");
        }
        let path = folder.join("state.json");
        let stored = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                tracing::warn!(path = %path.display(), "the state file is damaged; locked until you unlock the accounts");
                drop(fs::rename(&path, path.with_extension("damaged")));
                Stored { locked: true, ..Stored::default() }
            }),
            Err(error) if is_absent(&error) => Stored::default(),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot read the state; locked until you unlock the accounts");
                // It may list an incomplete import, and the next write must not replace that.
                drop(fs::rename(&path, path.with_extension("damaged")));
                Stored { locked: true, ..Stored::default() }
            }
        };
        let ledger = stored.ledger();
        let unfinished = stored.unfinished();
        (
            Self {
                path,
                unfinished: unfinished.clone(),
                more: stored.more,
            },
            Notes {
                ledger,
                locked: stored.locked,
                unfinished,
                keychain: stored.keychain,
            },
        )
    }
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

impl Journal for FileJournal {
    fn store(&mut self, notes: &Notes) -> io::Result<()> {
        let handed_out = notes.ledger.iter();
        let stored = Stored {
            locked: notes.locked,
            handed_out: handed_out
                .map(|(id, spans)| (id.to_string(), spans.iter().collect()))
                .collect(),
            handed_out_until: BTreeMap::new(),
            unfinished: Vec::new(),
            unfinished_in: notes
                .unfinished
                .iter()
                .map(|(store, ids)| (store.clone(), ids.iter().map(ToString::to_string).collect()))
                .collect(),
            keychain: notes.keychain.clone(),
            more: self.more.clone(),
        };
        // The notes on an unfinished import must survive anything; the rest changes with each code.
        let is_at_rest = notes.unfinished.is_empty() && self.unfinished.is_empty();
        let outlives = if is_at_rest {
            Outlives::TheProgram
        } else {
            Outlives::APowerCut
        };
        // At once: written to the file directly, each number would be a system call.
        let text = serde_json::to_vec(&stored)?;
        replace_file(&self.path, outlives, |file| file.write_all(&text))?;
        self.unfinished.clone_from(&notes.unfinished);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
