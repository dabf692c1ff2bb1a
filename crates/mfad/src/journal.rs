//! The notes that the daemon keeps over a restart and that are not secret: which codes were handed out, whether
//! the user locked the accounts, which accounts belong to an incomplete import, which change of many accounts is
//! decided but not complete, and in which keychain there were accounts.
//!
//! They are in one small file, `state.json`, in the state folder. The file is replaced by a rename, so that a
//! killed process leaves either the old one or the new one. It is synchronised only when an import, or another
//! change of many accounts, begins or ends. After a power cut the codes in it have expired, and the lock falls back to the keychain's own, but a
//! complete import must not count as an incomplete one.
//!
//! If the file cannot be written, each attempt reports so, and the daemon goes on with the notes in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_core::AccountId;
use mfa_core::ledger::Ledger;
use mfa_core::port::{BackedUp, Journal, Notes, Redo};
use mfa_host::replace::{Outlives, replace_file};
use mfa_sys::files;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The journal on disk.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    /// Whether the file lists an incomplete import, or a change of many accounts that may be incomplete.
    is_underway: bool,
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
    /// The changes of many accounts that are decided, by the store that they are made in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    redo_in: BTreeMap<String, StoredRedo>,
    /// When the latest backup was made, and when the accounts in it were edited, by account id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backed_up: Option<(u64, BTreeMap<String, u64>)>,
    /// How far the counter-based accounts in it were counted, and those that were removed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    backed_up_counters: BTreeMap<String, u64>,
    /// The file of the automatic backups that holds all this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backed_up_file: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    removed_counters: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keychain: Option<String>,
    /// What a newer version has added. It is written back as it is.
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// A [`Redo`].
#[derive(Default, Serialize, Deserialize)]
struct StoredRedo {
    /// The ids of the items with the new texts, by account id.
    #[serde(default)]
    staged: BTreeMap<String, String>,
    #[serde(default)]
    removed: Vec<String>,
}

impl StoredRedo {
    fn read(&self) -> Redo {
        let staged = self.staged.iter().filter_map(|(account, item)| {
            Some((AccountId::parse(account)?, AccountId::parse(item)?))
        });
        let removed = self.removed.iter().filter_map(|id| AccountId::parse(id));
        Redo {
            staged: staged.collect(),
            removed: removed.collect(),
        }
    }

    fn of(redo: &Redo) -> Self {
        let staged = redo.staged.iter();
        Self {
            staged: staged
                .map(|(account, item)| (account.to_string(), item.to_string()))
                .collect(),
            removed: redo.removed.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Stored {
    fn backed_up(&self) -> BackedUp {
        let Some((at, accounts)) = &self.backed_up else {
            return BackedUp::default();
        };
        BackedUp {
            at: *at,
            accounts: by_id(accounts),
            counters: by_id(&self.backed_up_counters),
            file: self.backed_up_file.clone(),
        }
    }

    fn redo(&self) -> BTreeMap<String, Redo> {
        let redo = self.redo_in.iter();
        redo.map(|(store, redo)| (store.clone(), redo.read()))
            .collect()
    }

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

/// Reads numbers by account.
fn by_id(stored: &BTreeMap<String, u64>) -> BTreeMap<AccountId, u64> {
    let numbers = stored.iter();
    numbers
        .filter_map(|(id, number)| Some((AccountId::parse(id)?, *number)))
        .collect()
}

/// Returns numbers by account as they are stored.
fn by_text(numbers: &BTreeMap<AccountId, u64>) -> BTreeMap<String, u64> {
    let numbers = numbers.iter();
    numbers
        .map(|(id, number)| (id.to_string(), *number))
        .collect()
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
        let notes = Notes {
            ledger,
            locked: stored.locked,
            unfinished: stored.unfinished(),
            redo: stored.redo(),
            backed_up: stored.backed_up(),
            removed: by_id(&stored.removed_counters),
            keychain: stored.keychain,
        };
        let journal = Self {
            path,
            is_underway: is_underway(&notes),
            more: stored.more,
        };
        (journal, notes)
    }
}

/// Returns whether the notes must survive anything. The rest of them changes with each code.
fn is_underway(notes: &Notes) -> bool {
    !notes.unfinished.is_empty() || !notes.redo.is_empty()
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
            redo_in: notes
                .redo
                .iter()
                .map(|(store, redo)| (store.clone(), StoredRedo::of(redo)))
                .collect(),
            backed_up: (notes.backed_up.at > 0)
                .then(|| (notes.backed_up.at, by_text(&notes.backed_up.accounts))),
            backed_up_counters: by_text(&notes.backed_up.counters),
            backed_up_file: notes.backed_up.file.clone(),
            removed_counters: by_text(&notes.removed),
            keychain: notes.keychain.clone(),
            more: self.more.clone(),
        };
        let is_underway = is_underway(notes);
        let outlives = if is_underway || self.is_underway {
            Outlives::APowerCut
        } else {
            Outlives::TheProgram
        };
        // At once: written to the file directly, each number would be a system call.
        let text = serde_json::to_vec(&stored)?;
        replace_file(&self.path, outlives, |file| file.write_all(&text))?;
        self.is_underway = is_underway;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
