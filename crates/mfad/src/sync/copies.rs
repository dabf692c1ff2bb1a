//! The copies that a carrier leaves beside a file if two computers have changed it at the same time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mfa_core::merge::Base;
use mfa_keepass::Database;
use mfa_sys::files;

use super::{Error, file, open};
use crate::database;

/// The maximum number of copies that are folded in at once.
const MAX_COPIES: usize = 20;
/// The maximum number of copies that are looked at. Each may be opened with its own key derivation.
const MAX_TRIED: usize = 60;
/// The maximum number of files in a folder that are looked at.
const MAX_FILES: usize = 10_000;

/// A copy that was read.
pub(super) struct Copy {
    path: PathBuf,
    database: Database,
    /// The fingerprint of what was read.
    content: [u8; 32],
}

impl Copy {
    pub(super) fn name(&self) -> String {
        name(&self.path)
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Returns whether a name is that of a copy of a file.
///
/// | carrier | name |
/// |---|---|
/// | Syncthing | `mfa.sync-conflict-20240102-030405-ABCDEFG.kdbx` |
/// | Dropbox | `mfa (Jane's conflicted copy 2024-01-02).kdbx` |
/// | Nextcloud | `mfa (conflicted copy 2024-01-02 030405).kdbx` |
/// | git | `mfa.kdbx.orig` |
pub(super) fn is_copy(file: &str, other: &str) -> bool {
    if other.strip_prefix(file) == Some(".orig") {
        return true;
    }
    let (stem, ending) = match file.rsplit_once('.') {
        Some((stem, ending)) => (stem, format!(".{ending}")),
        None => (file, String::new()),
    };
    let between = other.strip_prefix(stem);
    let between = between.and_then(|rest| rest.strip_suffix(ending.as_str()));
    between.is_some_and(|between| {
        let words = between
            .strip_prefix(" (")
            .and_then(|rest| rest.strip_suffix(')'));
        between.starts_with(".sync-conflict-")
            || words.is_some_and(|words| words.to_lowercase().contains("conflicted copy"))
    })
}

/// Reads the copies of a file. Returns those that cannot be read by name, with the reason. They do not keep others from
/// being read.
pub(super) fn read(path: &Path, passphrase: &str) -> (Vec<Copy>, Vec<String>) {
    let (mut copies, mut left) = (Vec::new(), Vec::new());
    let mut later = 0;
    for path in find(path) {
        if copies.len() == MAX_COPIES || left.len() == MAX_TRIED - MAX_COPIES {
            later += 1;
            continue;
        }
        let bytes = match content(&path) {
            // It is gone already.
            Ok(None) => continue,
            Ok(Some(bytes)) => Ok(bytes),
            Err(error) => Err(Error::from(error)),
        };
        let opened = bytes.and_then(|bytes| {
            let database = open(&bytes, passphrase)?;
            Ok((database, Base::fingerprint(&bytes)))
        });
        match opened {
            Ok((database, content)) => copies.push(Copy {
                path,
                database,
                content,
            }),
            Err(error) => left.push(format!("{}: {error}", name(&path))),
        }
    }
    match later {
        0 => {}
        1 => left.push("1 more: it was not looked at, because there are so many".to_owned()),
        _ => left.push(format!(
            "{later} more: they were not looked at, because there are so many"
        )),
    }
    (copies, left)
}

/// Reads a copy, unless it is gone.
fn content(path: &Path) -> Result<Option<Vec<u8>>, database::Error> {
    let found = file::open(path)?;
    found.map(|found| file::read(&found)).transpose()
}

/// Returns the paths of the files in the folder of a file.
pub(super) fn beside(path: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let files = fs::read_dir(folder)?.flatten().take(MAX_FILES);
    Ok(files.map(|file| file.path()).collect())
}

fn find(path: &Path) -> Vec<PathBuf> {
    let others = beside(path).unwrap_or_default().into_iter();
    let name = self::name(path);
    let copies = others.filter(|other| is_copy(&name, &self::name(other)));
    let mut copies: Vec<_> = copies.collect();
    // The oldest first, as far as their names tell.
    copies.sort();
    copies
}

/// Moves copies to the folder `NAME conflicts` beside the file. One that has changed since it was read stays where it is,
/// because its changes are not merged.
pub(super) fn put_away(
    path: &Path,
    copies: &mut Vec<Copy>,
    left: &mut Vec<String>,
) -> Option<String> {
    if copies.is_empty() {
        return None;
    }
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push(" conflicts");
    let folder = path.with_file_name(name);
    let made = files::create_private_folder(&folder);
    let mut is_any_there = false;
    for copy in std::mem::take(copies) {
        let moved = match (&made, content(&copy.path)) {
            (Ok(()), Ok(None)) => continue,
            (Ok(()), Ok(Some(now))) if Base::fingerprint(&now) != copy.content => {
                let name = copy.name();
                left.push(format!("{name}: it has changed since it was merged"));
                continue;
            }
            // It may be merged the next time.
            (Ok(()), Err(error)) => {
                left.push(format!("{}: {error}", copy.name()));
                continue;
            }
            (Ok(()), Ok(Some(_))) => fs::rename(&copy.path, free(&folder, &copy.name())),
            (Err(error), _) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        is_any_there |= moved.is_ok();
        if let Err(error) = moved {
            left.push(format!("{}: it cannot be moved: {error}", copy.name()));
        }
    }
    is_any_there.then(|| folder.display().to_string())
}

/// Returns a path in a folder that no file has.
fn free(folder: &Path, name: &str) -> PathBuf {
    let numbered = (2..).map(|number| folder.join(format!("{name}.{number}")));
    std::iter::once(folder.join(name))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text of a file that opens quickly.
    fn quick() -> Vec<u8> {
        let mut database = mfa_keepass::create();
        database.config.kdf_config = keepass::config::KdfConfig::Aes { rounds: 1 };
        let key = mfa_keepass::DatabaseKey::new().with_password("p");
        mfa_keepass::save(&database, key).unwrap()
    }

    #[test]
    fn copies_that_cannot_be_read_do_not_take_the_place_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(format!("mfa.sync-conflict-{name}.kdbx"));
        for number in 0..MAX_COPIES + 5 {
            fs::write(place(&format!("a{number:02}")), "damaged").unwrap();
        }
        fs::write(place("z"), quick()).unwrap();
        let read = || self::read(&folder.path().join("mfa.kdbx"), "p");
        let (copies, left) = read();
        assert_eq!(
            copies.iter().map(Copy::name).collect::<Vec<_>>(),
            ["mfa.sync-conflict-z.kdbx"]
        );
        assert_eq!(left.len(), MAX_COPIES + 5);
        assert!(
            left[0].starts_with("mfa.sync-conflict-a00.kdbx: "),
            "{left:?}"
        );
        // The work is bounded, and what is left out is told.
        for number in 0..MAX_TRIED {
            fs::write(place(&format!("b{number:02}")), "damaged").unwrap();
        }
        let (copies, left) = read();
        assert_eq!((copies.len(), left.len()), (0, MAX_TRIED - MAX_COPIES + 1));
        assert!(left.last().unwrap().starts_with("46 more: "), "{left:?}");
    }

    /// The carrier may bring more while the copy is merged.
    #[test]
    fn a_copy_that_has_changed_since_it_was_read_stays_for_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mfa.kdbx");
        let place = |name: &str| folder.path().join(format!("mfa.sync-conflict-{name}.kdbx"));
        for name in ["changed", "gone", "same"] {
            fs::write(place(name), quick()).unwrap();
        }
        let (mut copies, mut left) = read(&file, "p");
        assert_eq!((copies.len(), left.len()), (3, 0));
        fs::write(place("changed"), quick()).unwrap();
        fs::remove_file(place("gone")).unwrap();
        let put = put_away(&file, &mut copies, &mut left).unwrap();
        assert_eq!(
            left,
            ["mfa.sync-conflict-changed.kdbx: it has changed since it was merged"]
        );
        let moved: Vec<_> = fs::read_dir(put).unwrap().flatten().collect();
        assert_eq!(moved.len(), 1);
        assert_eq!(moved[0].file_name(), "mfa.sync-conflict-same.kdbx");
        // The next time, it is merged as it is now.
        let (mut copies, mut left) = read(&file, "p");
        assert!(put_away(&file, &mut copies, &mut left).is_some());
        assert!(left.is_empty() && !place("changed").exists());
        assert_eq!(put_away(&file, &mut copies, &mut left), None);
    }

    #[test]
    fn copies_are_known_by_their_names() {
        for copy in [
            "mfa.sync-conflict-20240102-030405-ABCDEFG.kdbx",
            "mfa (Jane's conflicted copy 2024-01-02).kdbx",
            "mfa (conflicted copy 2023-01-02 030405).kdbx",
            "mfa (Case Conflicted Copy).kdbx",
            "mfa.kdbx.orig",
        ] {
            assert!(is_copy("mfa.kdbx", copy), "{copy}");
        }
        for other in [
            "mfa.kdbx",
            "mfa2.sync-conflict-20240102-030405-ABCDEFG.kdbx",
            "mfa.sync-conflict-20240102-030405-ABCDEFG.txt",
            "mfa (copy).kdbx",
            "conflicted copy.kdbx",
            "mfa.kdbx.new",
            "mfa.kdbx.original",
        ] {
            assert!(!is_copy("mfa.kdbx", other), "{other}");
        }
        assert!(is_copy("mfa", "mfa.sync-conflict-20240102-030405-ABCDEFG"));
    }
}
