//! The folder of the automatic backups: new ones are written to it, and old ones are removed.
//!
//! A backup is opened again and compared before it is written, has its name only once it is on the disk, and is read back.
//! Only then older ones are removed: those of our own names beyond the number that is kept. But the last one of each of
//! the last days stays too, so that many changes in an hour do not push out what was there yesterday.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_core::item::{self, Entry};
use mfa_host::replace::create_file;
use mfa_host::utc;
use mfa_keepass::backup;
use thiserror::Error as ThisError;

use crate::keychain::Item;

/// The beginning and the end of the name of an automatic backup. Between them is its time.
const NAME: (&str, &str) = ("mfactl-auto-", ".kdbx");
/// The number of days of which the last backup is kept.
const DAYS: usize = 7;
/// What a name ends with while its backup is being written.
const UNFINISHED: &str = ".new";
/// The time in the name, with a 0 for each digit.
const TIME: &str = "0000-00-00T00-00-00Z";
/// The part of it that is the day.
const DAY: &str = "0000-00-00";

/// Where automatic backups are written, and how many are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The absolute path of the folder. It must exist: a drive may not be mounted.
    pub path: PathBuf,
    /// How many backups are kept, besides the last one of each of the last days.
    pub keep: usize,
}

/// Why no backup was made.
#[derive(Debug, ThisError)]
pub(crate) enum Error {
    #[error("the folder {} does not exist; if it is on a drive, connect the drive", .0.display())]
    Missing(PathBuf),
    #[error(transparent)]
    Account(#[from] item::Error),
    #[error(transparent)]
    Seal(#[from] backup::Error),
    #[error("{path}: {source}", path = path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the backup differs when it is read back from {}", .0.display())]
    Different(PathBuf),
}

impl Folder {
    /// Returns the path of a backup that is made now.
    pub(crate) fn file(&self, now: u64) -> PathBuf {
        self.path.join(name(now))
    }

    /// Returns whether a backup is in this folder and not in another one, by its path.
    pub(crate) fn is_place_of(&self, file: &Path) -> bool {
        file.parent() == Some(&self.path)
    }

    /// Writes a backup of these items, and removes those that are too old.
    pub(crate) fn write(&self, items: &[Item], passphrase: &str, now: u64) -> Result<(), Error> {
        if !self.path.is_dir() {
            return Err(Error::Missing(self.path.clone()));
        }
        let entries = items.iter().map(|(id, text)| Entry::from_text(*id, text));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let bytes = backup::seal(&entries, passphrase, false)?;
        let path = self.file(now);
        let failed = |source| {
            let path = path.clone();
            Error::Write { path, source }
        };
        create_file(&path, |file| file.write_all(&bytes)).map_err(failed)?;
        if fs::read(&path).map_err(failed)? != **bytes {
            drop(fs::remove_file(&path));
            return Err(Error::Different(path));
        }
        if let Err(error) = self.remove_old(&path) {
            tracing::warn!(%error, "cannot remove old automatic backups");
        }
        Ok(())
    }

    /// Removes old backups of ours, but never the new one. Also removes what a daemon that was killed has left.
    fn remove_old(&self, new: &Path) -> io::Result<()> {
        let mut ours = Vec::new();
        for file in fs::read_dir(&self.path)? {
            let file = file?;
            if !file.file_type()?.is_file() {
                continue;
            }
            let name = file.file_name();
            let name = name.to_str().unwrap_or_default();
            if is_ours(name) {
                ours.push(name.to_owned());
            } else if name.strip_suffix(UNFINISHED).is_some_and(is_ours) {
                fs::remove_file(file.path())?;
            }
        }
        let old = too_old(ours, self.keep).into_iter();
        let old = old.map(|name| self.path.join(name));
        old.filter(|path| path != new).try_for_each(fs::remove_file)
    }
}

/// Returns which backups are not kept: all but the last `keep`, and the last one of each of the last days that have one.
fn too_old(mut names: Vec<String>, keep: usize) -> Vec<String> {
    // By their names, and so by their times, the latest first.
    names.sort_unstable_by(|one, other| other.cmp(one));
    let mut days = BTreeSet::new();
    let mut count = 0;
    names.retain(|name| {
        let day = name.get(..NAME.0.len() + DAY.len()).unwrap_or_default();
        let is_last_of_day = days.len() < DAYS && days.insert(day.to_owned());
        count += 1;
        count > keep && !is_last_of_day
    });
    names
}

/// Returns the name of a backup that is made now.
fn name(now: u64) -> String {
    let (begin, end) = NAME;
    let (date, minute, second) = (utc::date(now), utc::hour_and_minute(now), now % 60);
    let minute = minute.replace(':', "-");
    format!("{begin}{date}T{minute}-{second:02}Z{end}")
}

/// Returns whether a file has the name of an automatic backup.
fn is_ours(name: &str) -> bool {
    let (begin, end) = NAME;
    let time = name.strip_prefix(begin);
    let time = time.and_then(|rest| rest.strip_suffix(end));
    let is_digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
    time.is_some_and(|time| time.chars().map(is_digit).eq(TIME.chars()))
}

#[cfg(test)]
mod tests {
    use mfa_core::account::{Kind, Period};
    use mfa_core::{Account, AccountId, Secret};

    use super::*;

    fn items() -> Vec<Item> {
        let period = Period::default();
        let id = AccountId::from_random([1; 16]);
        let account = Account {
            name: "aws".into(),
            issuer: "Amazon".into(),
            ..Account::new(id, Kind::Totp { period }, 7)
        };
        let secret = Secret::from_bytes(vec![1; 20]).unwrap();
        vec![(id, item::to_text(&account, &secret).unwrap())]
    }

    #[test]
    fn old_backups_of_ours_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let others = ["a.kdbx.new", "mfactl-2023-11-14.kdbx", "mfactl-auto-x.kdbx"];
        let old = [
            name(1_600_000_000),
            name(1_600_000_001),
            name(1_900_000_000),
        ];
        let unfinished = name(1_650_000_000) + ".new";
        fs::write(path.join(unfinished), "").unwrap();
        for name in others.iter().copied().chain(old.iter().map(String::as_str)) {
            fs::write(path.join(name), "").unwrap();
        }
        let backups = Folder { path, keep: 2 };
        backups.write(&items(), "p", 1_700_000_000).unwrap();
        let left = fs::read_dir(folder.path()).unwrap();
        let left = left.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<_> = left.collect();
        left.sort();
        let new = "mfactl-auto-2023-11-14T22-13-20Z.kdbx";
        // The last one of that day stays, though there are two later ones.
        let kept = [name(1_600_000_001), name(1_900_000_000)];
        let mut expected = vec![others[0], others[1], others[2], new, &kept[0], &kept[1]];
        expected.sort_unstable();
        assert_eq!(left, expected);
        let whole = fs::read(folder.path().join(new)).unwrap();
        let key = mfa_keepass::DatabaseKey::new().with_password("p");
        assert_eq!(mfa_keepass::open(&whole, &key).unwrap().num_entries(), 1);
    }

    #[test]
    fn many_changes_of_one_day_do_not_push_out_the_days_before() {
        const DAY: u64 = 86_400;
        let today = 1_700_000_000;
        let mut names: Vec<_> = (1..10).map(|day| name(today - day * DAY)).collect();
        names.push(name(today - DAY - 60));
        names.extend((0..20).map(|n| name(today + n)));
        let old = too_old(names.clone(), 3);
        names.retain(|name| !old.contains(name));
        names.sort_unstable();
        let mut expected: Vec<_> = (1..7).map(|day| name(today - day * DAY)).collect();
        expected.extend((17..20).map(|n| name(today + n)));
        expected.sort_unstable();
        assert_eq!(names, expected);
        // Where there are few, nothing is removed, and the last one of a day is never the first one.
        assert!(too_old(expected, 9).is_empty());
        let day = vec![name(today), name(today + 1)];
        assert_eq!(too_old(day, 1), [name(today)]);
    }

    #[test]
    fn a_folder_that_is_missing_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drive");
        let backups = Folder { path, keep: 2 };
        let missing = backups.write(&items(), "p", 7).unwrap_err();
        assert!(matches!(missing, Error::Missing(_)));
        assert!(!backups.path.exists());
    }
}
