//! Replaces or creates a file so that a crash leaves the old one or the new one, and nothing in between.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

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
    prepare_file(path, outlives, write)?.replace()
}

/// Writes the file that is to replace another one, so that only its name is left to do: see [`replace_file`]. If it is
/// dropped, nothing of it stays.
///
/// # Errors
/// An error of the file system or of `write`.
pub fn prepare_file(
    path: &Path,
    outlives: Outlives,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<Prepared> {
    let target = fs::canonicalize(path).ok().filter(|path| path.is_file());
    let path = target.unwrap_or_else(|| path.to_owned());
    let new = beside(&path)?;
    match fill(&new, outlives, write) {
        Ok(file) => Ok(Prepared {
            file: Some(file),
            new,
            path,
            outlives,
        }),
        Err(error) => {
            drop(fs::remove_file(&new));
            Err(error)
        }
    }
}

/// A new file that is written as a whole, under another name.
#[derive(Debug)]
pub struct Prepared {
    /// The file, until it has its name.
    file: Option<File>,
    new: PathBuf,
    path: PathBuf,
    outlives: Outlives,
}

impl Prepared {
    /// Gives the file its name, and so replaces the old one.
    ///
    /// # Errors
    /// An error of the file system. The old file is unchanged, unless only its folder could not be synchronised.
    pub fn replace(mut self) -> io::Result<File> {
        fs::rename(&self.new, &self.path)?;
        let file = self.file.take().ok_or(io::ErrorKind::NotFound)?;
        if self.outlives == Outlives::APowerCut {
            sync_name(&self.path)?;
        }
        Ok(file)
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if self.file.is_some() {
            drop(fs::remove_file(&self.new));
        }
    }
}

/// Creates a file, closed to others, which was not there before and survives a power cut. `write` fills it before it has
/// its name, so that it is there as a whole or not at all.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is something of this name, or an error of the file system or of `write`.
pub fn create_file(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<File> {
    if path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let new = beside(path)?;
    let created = fill(&new, Outlives::APowerCut, write).and_then(|file| {
        // Unlike a rename, a link never replaces a file. Not all file systems have links.
        match fs::hard_link(&new, path) {
            Ok(()) => fs::remove_file(&new)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => fs::rename(&new, path)?,
        }
        Ok(file)
    });
    if created.is_err() {
        drop(fs::remove_file(&new));
    }
    let file = created?;
    // Not all file systems can do this, and the file is there.
    drop(sync_name(path));
    Ok(file)
}

/// Returns the name under which a new file is written, once nothing has it.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    // The name is always the same: the remains of a killed program are overwritten, and do not pile up.
    name.push(".new");
    let new = path.with_file_name(name);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(new),
    }
}

fn fill(
    new: &Path,
    outlives: Outlives,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<File> {
    let mut file = files::private(OpenOptions::new().write(true).create_new(true)).open(new)?;
    write(&mut file)?;
    if outlives == Outlives::APowerCut {
        file.sync_all()?;
    }
    Ok(file)
}

fn sync_name(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|path| !path.as_os_str().is_empty());
    files::sync_folder(folder.unwrap_or(Path::new(".")))
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
    fn a_new_file_replaces_nothing_and_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let create = |text: &str| create_file(&path, |file| file.write_all(text.as_bytes()));
        let failed = create_file(&path, |file| {
            file.write_all(b"on")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err() && !path.exists());
        create("one").unwrap();
        let again = create("two").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
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

    #[test]
    fn what_is_prepared_has_its_name_only_when_it_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, "one").unwrap();
        let prepare =
            || prepare_file(&path, Outlives::APowerCut, |file| file.write_all(b"two")).unwrap();
        let prepared = prepare();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        drop(prepared);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        drop(prepare().replace().unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
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
