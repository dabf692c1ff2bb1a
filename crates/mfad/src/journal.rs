//! What the daemon remembers over a restart although it is no secret: which codes were handed out,
//! that the user locked the vault, and which accounts belong to an import that is not complete.
//!
//! It is one small file, `state.json`, in the state folder. It is written by rename, so that a
//! killed process leaves the old one or the new one. It is synchronised only when an import begins or
//! ends: after a power cut the codes in it have ended, and the lock falls back to the keychain's own,
//! but an import that was complete must not count as one that was not.

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
    unfinished: BTreeSet<AccountId>,
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
    /// The ids of accounts that are stored but not to stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unfinished: Vec<String>,
}

impl Stored {
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
    /// counts as locked.
    ///
    /// # Errors
    /// That the folder cannot be made, or that the file is there and cannot be read.
    pub fn open(folder: &Path) -> io::Result<(Self, Notes)> {
        files::create_private_folder(folder)?;
        let path = folder.join("state.json");
        let stored = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                tracing::warn!(path = %path.display(), "the state file is damaged; locked until unlocked");
                drop(fs::rename(&path, path.with_extension("damaged")));
                Stored { locked: true, ..Stored::default() }
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Stored::default(),
            Err(error) => return Err(error),
        };
        let ledger = stored.ledger();
        let unfinished = stored.unfinished.iter();
        let unfinished: BTreeSet<_> = unfinished.filter_map(|id| AccountId::parse(id)).collect();
        Ok((
            Self {
                path,
                unfinished: unfinished.clone(),
            },
            Notes {
                ledger,
                locked: stored.locked,
                unfinished,
            },
        ))
    }
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
            unfinished: notes.unfinished.iter().map(ToString::to_string).collect(),
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
        let (mut journal, notes) = FileJournal::open(folder.path()).unwrap();
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
            unfinished: [AccountId::from_random([2; 16])].into(),
        };
        journal.store(&notes).unwrap();
        assert_eq!(FileJournal::open(folder.path()).unwrap().1, notes);
    }

    #[test]
    fn what_was_written_before_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let id = AccountId::from_random([1; 16]);
        let text = format!(r#"{{"locked":false,"handed_out_until":{{"{id}":1700000010}}}}"#);
        fs::write(folder.path().join("state.json"), text).unwrap();
        let (mut journal, notes) = FileJournal::open(folder.path()).unwrap();
        let spans = [(0, 1_700_000_010)].into_iter().collect();
        let ledger = [(id, spans)].into_iter().collect();
        assert_eq!(
            notes,
            Notes {
                ledger,
                ..Notes::default()
            }
        );
        journal.store(&notes).unwrap();
        assert_eq!(FileJournal::open(folder.path()).unwrap().1, notes);
    }

    #[test]
    fn a_damaged_file_is_kept_aside_and_counts_as_locked() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("state.json"), "{").unwrap();
        let locked = Notes {
            locked: true,
            ..Notes::default()
        };
        assert_eq!(FileJournal::open(folder.path()).unwrap().1, locked);
        assert_eq!(fs::read(folder.path().join("state.damaged")).unwrap(), b"{");
    }
}
