//! What the daemon remembers over a restart although it is no secret: which codes were handed out,
//! that the user locked the vault, which accounts belong to an import that is not complete, and in which
//! keychain there were accounts.
//!
//! It is one small file, `state.json`, in the state folder. It is written by rename, so that a
//! killed process leaves the old one or the new one. It is synchronised only when an import begins or
//! ends: after a power cut the codes in it have ended, and the lock falls back to the keychain's own,
//! but an import that was complete must not count as one that was not.
//!
//! Where it cannot be written, each attempt says so, and the daemon goes on with what it knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mfa_core::AccountId;
use mfa_core::ledger::Ledger;
use mfa_core::port::{Journal, Notes};
use mfa_sys::files;
use serde::{Deserialize, Serialize};

/// The journal on disk.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    /// What the file says of imports.
    unfinished: BTreeMap<String, BTreeSet<AccountId>>,
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    locked: bool,
    /// When the codes are valid that were handed out, from and until, in Unix seconds, by account id.
    #[serde(default)]
    handed_out: BTreeMap<String, Vec<(u64, u64)>>,
    /// What was written instead before: only until when.
    #[serde(default, skip_serializing)]
    handed_out_until: BTreeMap<String, u64>,
    /// The ids of accounts that are stored but not to stay, as they were noted before it was noted where.
    #[serde(default, skip_serializing)]
    unfinished: Vec<String>,
    /// The same, by the store that they are in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unfinished_in: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keychain: Option<String>,
}

impl Stored {
    fn unfinished(&self) -> BTreeMap<String, BTreeSet<AccountId>> {
        // A store that is not known is never read, so these stay noted: they are few.
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
    /// Opens the journal in a folder, which is made if need be, and reads the notes.
    ///
    /// A damaged file is kept under another name. It may have said that the vault is locked, so it
    /// counts as locked, as does one that cannot be read.
    #[must_use]
    pub fn open(folder: &Path) -> (Self, Notes) {
        if let Err(error) = files::own_folder(folder) {
            let path = folder.display();
            tracing::warn!(%path, %error, "nothing can be noted here: no fresh codes and no imports");
        }
        let path = folder.join("state.json");
        let stored = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                tracing::warn!(path = %path.display(), "the state file is damaged; locked until unlocked");
                drop(fs::rename(&path, path.with_extension("damaged")));
                Stored { locked: true, ..Stored::default() }
            }),
            Err(error) if is_absent(&error) => Stored::default(),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the state cannot be read; locked until unlocked");
                Stored { locked: true, ..Stored::default() }
            }
        };
        let ledger = stored.ledger();
        let unfinished = stored.unfinished();
        (
            Self {
                path,
                unfinished: unfinished.clone(),
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
        };
        let new = self.path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let file = files::private(&mut options).open(&new)?;
        serde_json::to_writer(&file, &stored)?;
        let is_same = self.unfinished == notes.unfinished;
        if !is_same {
            file.sync_all()?;
        }
        fs::rename(new, &self.path)?;
        if !is_same {
            self.path.parent().map_or(Ok(()), files::sync_folder)?;
            self.unfinished.clone_from(&notes.unfinished);
        }
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
}
