//! Replaces a file so that a crash leaves the old one or the new one, and nothing in between.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use mfa_sys::files;

/// The event that a new file must survive once it has replaced the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlives {
    /// The end of the program.
    TheProgram,
    /// A power cut.
    APowerCut,
}

/// Replaces or creates a file, closed to others. `write` fills the new file, which then replaces the old one.
/// A link to a file stays a link, and its target is replaced. A link to anything else, such as a device, is
/// replaced itself. The folder must exist.
///
/// # Errors
/// An error of the file system or of `write`. The old file is unchanged then.
pub fn replace_file(
    path: &Path,
    outlives: Outlives,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<File> {
    let target = fs::canonicalize(path).ok().filter(|path| path.is_file());
    let path = target.unwrap_or_else(|| path.to_owned());
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    // The name is always the same: the remains of a killed program are overwritten, and do not pile up.
    name.push(".new");
    let new = path.with_file_name(name);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = put(&new, &path, outlives, write);
    if written.is_err() {
        drop(fs::remove_file(&new));
    }
    let file = written?;
    if outlives == Outlives::APowerCut {
        let folder = path.parent().filter(|path| !path.as_os_str().is_empty());
        files::sync_folder(folder.unwrap_or(Path::new(".")))?;
    }
    Ok(file)
}

fn put(
    new: &Path,
    path: &Path,
    outlives: Outlives,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<File> {
    let mut file = files::private(OpenOptions::new().write(true).create_new(true)).open(new)?;
    write(&mut file)?;
    if outlives == Outlives::APowerCut {
        file.sync_all()?;
    }
    fs::rename(new, path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn write(path: &Path, text: &str) -> io::Result<File> {
        replace_file(path, Outlives::APowerCut, |file| {
            file.write_all(text.as_bytes())
        })
    }

    #[test]
    fn the_new_one_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        // The remains of a crash do no harm.
        fs::write(folder.path().join("file.new"), "left").unwrap();
        for text in ["one", "two"] {
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_fails_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, "one").unwrap();
        let failed = replace_file(&path, Outlives::TheProgram, |file| {
            file.write_all(b"tw")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("no folder/file"), "x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&path, "one").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, "two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (other, link) = (folder.path().join("other"), folder.path().join("link"));
        fs::create_dir(&other).unwrap();
        std::os::unix::fs::symlink(&other, &link).unwrap();
        write(&link, "text").unwrap();
        assert!(other.is_dir() && !link.is_symlink());
        assert_eq!(fs::read_to_string(&link).unwrap(), "text");
    }
}
