//! A glance at a file and its conflict copies, by which a change is noticed.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use mfa_core::merge::Base;

use super::{copies, file};

/// The name of a file, its length, and when it was changed.
pub(crate) type Stat = (OsString, u64, Option<SystemTime>);

/// What is to be seen of a file and its conflict copies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    /// A fingerprint of what the file contains, if it can be read.
    file: Option<[u8; 32]>,
    copies: BTreeSet<Stat>,
}

impl Glance {
    /// Looks at the file at a path.
    pub(crate) fn of(path: &Path) -> Self {
        let Ok(path) = file::place(path) else {
            return Self::default();
        };
        let opened = file::open(&path).ok().flatten();
        let bytes = opened.and_then(|file| file::read(&file).ok());
        let mut copies = stats(&path).unwrap_or_default();
        copies.retain(|(name, ..)| Some(&**name) != path.file_name());
        Self {
            file: bytes.map(|bytes| Base::fingerprint(&bytes)),
            copies,
        }
    }

    /// Returns the same, with a file that was read or written later.
    pub(crate) fn with_file(self, file: Option<[u8; 32]>) -> Self {
        Self { file, ..self }
    }

    /// Returns whether there is something new since an earlier glance. Copies that are gone were folded in.
    pub(crate) fn has_news(&self, before: &Self) -> bool {
        self.file != before.file || !self.copies.is_subset(&before.copies)
    }
}

/// Returns whether a file in a folder is another file, or a conflict copy of it.
pub(crate) fn is_of(file: &Path, name: &OsStr) -> bool {
    let own = file.file_name().unwrap_or_default();
    name == own || copies::is_copy(&own.to_string_lossy(), &name.to_string_lossy())
}

/// Returns what the folder tells of a file and its conflict copies.
pub(crate) fn stats(path: &Path) -> io::Result<BTreeSet<Stat>> {
    let files = copies::beside(path)?.into_iter();
    let stats = files.filter_map(|other| {
        let name = other.file_name().filter(|name| is_of(path, name))?;
        let metadata = fs::metadata(&other).ok()?;
        Some((name.to_owned(), metadata.len(), metadata.modified().ok()))
    });
    Ok(stats.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_noticed_and_what_is_gone_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.kdbx");
        let none = Glance::of(&path);
        fs::write(&path, "one").unwrap();
        let one = Glance::of(&path);
        assert!(one.has_news(&none) && !one.has_news(&one));
        // Another file with the same content is no news.
        fs::write(folder.path().join("new"), "one").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        assert!(!Glance::of(&path).has_news(&one));
        fs::write(folder.path().join("other.kdbx"), "x").unwrap();
        assert!(!Glance::of(&path).has_news(&one));
        let copy = folder
            .path()
            .join("mfa.sync-conflict-20240102-030405-A.kdbx");
        fs::write(&copy, "x").unwrap();
        let with_copy = Glance::of(&path);
        assert!(with_copy.has_news(&one) && !with_copy.has_news(&with_copy));
        fs::write(&copy, "longer").unwrap();
        assert!(Glance::of(&path).has_news(&with_copy));
        fs::remove_file(&copy).unwrap();
        assert!(!Glance::of(&path).has_news(&with_copy));
        fs::remove_file(&path).unwrap();
        assert!(Glance::of(&path).has_news(&with_copy));
    }
}
