//! A daemon that is killed while it writes an automatic backup, compares it, or removes old ones.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use keepass::{Database, DatabaseKey};
use mfa_host::utc;
use tests::{Desktop, LINK, now};

use super::{PATIENCE, configured, files, set_passphrase, until_backed_up};
use crate::backing_up::PASSPHRASE;
use crate::strace::{Traced, injecting, listed, logging, new, numbered};

/// The number of desktops that share the work. A daemon waits before it makes a backup, so that each kill takes seconds.
const DESKTOPS: usize = 3;
/// Backups of one day long ago, of which the last one is kept.
const OLD: [&str; 3] = [
    "mfactl-auto-2001-01-01T00-00-01Z.kdbx",
    "mfactl-auto-2001-01-01T00-00-02Z.kdbx",
    "mfactl-auto-2001-01-01T00-00-03Z.kdbx",
];
/// What a name ends with while its backup is being written.
const UNFINISHED: &str = ".kdbx.new";

/// A desktop whose daemons are killed, one after the other.
struct Backups {
    desktop: Desktop,
    folder: PathBuf,
    /// The notes of the account in the backups that were opened.
    opened: HashMap<PathBuf, String>,
}

impl Backups {
    /// Makes the first backup. Also returns each call that writes or compares one, or removes something.
    fn new() -> (Self, Vec<(String, usize)>) {
        let (desktop, folder) = configured();
        let backups = Self {
            desktop,
            folder,
            opened: HashMap::new(),
        };
        let desktop = &backups.desktop;
        let log = desktop.folder().join("calls");
        let traced = backups.start(&logging(&log));
        set_passphrase(desktop);
        let add = ["add", "aws", "--yes", "--note", "old", "--uri", "-"];
        desktop.mfactl_with(&add, LINK).ok();
        until_backed_up(desktop);
        desktop.end_daemon("-TERM");
        let calls = listed(&log);
        traced.bury();
        let mut steps = numbered(&calls);
        steps.retain(|(name, number)| {
            let changes = ["write", "fsync", "link", "rename", "unlink"];
            let is_change = changes.iter().any(|change| name.starts_with(change));
            is_change || (name == "read" && *number == 1)
        });
        assert!(steps.len() > 7, "{calls:#?}");
        (backups, steps)
    }

    /// Starts a daemon that finds old backups to remove, and traces what it does in the folder.
    fn start(&self, options: &[&str]) -> Traced {
        let mut paths = vec![self.folder.clone()];
        for name in OLD {
            let old = self.folder.join(name);
            fs::write(&old, "old").unwrap();
            paths.push(old);
        }
        // The name of a backup is its time, which is not known yet.
        for time in now()..now() + PATIENCE {
            let backup = self.folder.join(name(time));
            paths.push(new(&backup));
            paths.push(backup);
        }
        Traced::start(&self.desktop, &paths, options)
    }

    /// Kills the next daemon at a step of the backup that is missing, or of one that follows a change.
    fn kill(&self, step: &(String, usize), changes: bool) {
        let [trace, inject] = injecting(step, "signal=SIGKILL");
        let traced = self.start(&["-e", &trace, "-e", &inject, "-o", "/dev/null"]);
        if changes {
            let edit = ["edit", "aws", "--note", "new"];
            self.desktop.mfactl(&edit).ok();
        }
        traced.wait(PATIENCE);
        traced.bury();
    }

    /// Returns the notes of the account in all backups. Whatever has the name of one has to be whole.
    fn notes(&mut self) -> Vec<String> {
        let mut notes = Vec::new();
        for file in files(&self.folder) {
            let name = file.file_name().unwrap().to_str().unwrap();
            if OLD.contains(&name) || name.ends_with(UNFINISHED) {
                continue;
            }
            let note = self.opened.entry(file);
            let note = note.or_insert_with_key(|file| note_in(file));
            notes.push(note.clone());
        }
        notes
    }
}

/// Returns the name of a backup that is made at a time.
fn name(time: u64) -> String {
    let minute = utc::hour_and_minute(time).replace(':', "-");
    format!(
        "mfactl-auto-{}T{minute}-{:02}Z.kdbx",
        utc::date(time),
        time % 60
    )
}

/// Returns the note of the only account in a backup.
fn note_in(file: &Path) -> String {
    let key = DatabaseKey::new().with_password(PASSPHRASE);
    let database = Database::open(&mut fs::File::open(file).unwrap(), key);
    let database = database.unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let entries: Vec<_> = database.iter_all_entries().collect();
    let found = (entries.len(), entries[0].get_title());
    assert_eq!(found, (1, Some("aws")), "{file:?}");
    entries[0].get("Notes").unwrap_or_default().to_owned()
}

/// Each daemon but the first one has nothing to do but the backup that the one before it owes.
fn kill_one_after_the_other(turn: usize) {
    let (mut backups, steps) = Backups::new();
    assert_eq!(backups.notes(), ["old"]);
    let steps = steps.into_iter().skip(turn).step_by(DESKTOPS);
    for (number, step) in steps.enumerate() {
        backups.kill(&step, number == 0);
        let notes = backups.notes();
        let is_known = |note: &String| note == "old" || note == "new";
        assert!(
            !notes.is_empty() && notes.iter().all(is_known),
            "{step:?}: {notes:?}"
        );
    }
    backups.desktop.mfactl(&["list"]).ok();
    until_backed_up(&backups.desktop);
    assert_eq!(backups.notes().pop().as_deref(), Some("new"));
    // Nothing of the killed ones is left, and no more backups than are kept: two, and the last one of a day.
    let left = files(&backups.folder);
    let is_unfinished = |file: &PathBuf| file.to_string_lossy().ends_with(UNFINISHED);
    assert!(!left.iter().any(is_unfinished), "{left:?}");
    let is_there = OLD.map(|old| backups.folder.join(old).exists());
    assert_eq!(is_there, [false, false, true], "{left:?}");
    assert!(left.len() <= 4, "{left:?}");
}

#[test]
fn a_daemon_that_is_killed_leaves_a_whole_backup_and_the_next_one_makes_what_is_missing() {
    thread::scope(|scope| {
        for turn in 0..DESKTOPS {
            scope.spawn(move || kill_one_after_the_other(turn));
        }
    });
}
