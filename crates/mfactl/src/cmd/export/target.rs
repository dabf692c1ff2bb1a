//! Where an export goes: into a new file that only the user can read, to standard output, or to the screen.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mfa_helper::export::Form;
use mfa_host::replace::create_file;
use mfa_sys::files;
use zeroize::Zeroizing;

use super::screen;
use crate::cmd::context::Context;
use crate::cmd::intake::short;
use crate::error::{Error, Kind};
use crate::platform;

/// Where an export goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A new file.
    File(PathBuf),
    /// Standard output.
    Output,
    /// QR codes on the terminal. If they are inverted, dark modules are drawn instead of light ones.
    Screen { inverted: bool },
    /// Pictures of QR codes in new files.
    Pictures(PathBuf),
}

impl Target {
    /// Checks that the files that are to be written are not there yet. `count` is the number of pictures, at least and at
    /// most, once it is known.
    pub(crate) fn check(&self, count: Option<(usize, usize)>) -> Result<(), Error> {
        let paths = match (self, count) {
            (Self::File(path), _) => vec![path.clone()],
            (Self::Pictures(path), Some((least, most))) => {
                let one = (least < 2).then(|| path.clone());
                let several = (most > 1).then(|| numbered(path, most));
                one.into_iter()
                    .chain(several.into_iter().flatten())
                    .collect()
            }
            _ => Vec::new(),
        };
        let there = paths.iter().find(|path| fs::symlink_metadata(path).is_ok());
        there.map_or(Ok(()), |path| Err(exists(path)))
    }

    pub(crate) fn form(&self) -> Form {
        match self {
            Self::File(_) | Self::Output => Form::File,
            Self::Screen { .. } => Form::Text,
            Self::Pictures(_) => Form::Png,
        }
    }

    /// Writes the parts of an export, and returns the files.
    pub(crate) fn write(
        &self,
        context: &Context,
        parts: &[(&str, &[u8])],
    ) -> Result<Vec<PathBuf>, Error> {
        match self {
            Self::Screen { inverted } => screen::show(context, parts, *inverted)?,
            Self::Output => {
                let mut stdout = io::stdout().lock();
                for (_, bytes) in parts {
                    stdout.write_all(bytes)?;
                }
                stdout.flush()?;
            }
            Self::File(path) | Self::Pictures(path) => {
                let paths = numbered(path, parts.len());
                let files = paths.iter().zip(parts);
                put_all(context, files.map(|(path, (_, bytes))| (&**path, *bytes)))?;
                return Ok(paths);
            }
        }
        Ok(Vec::new())
    }
}

/// Returns whether standard output is no regular file, or one that only the user can read. A file of which nothing is known
/// is none that the shell has just made.
pub(super) fn is_output_private() -> bool {
    let Ok(output) = platform::output() else {
        return true;
    };
    let is_file = output.metadata().is_ok_and(|found| found.is_file());
    !is_file || files::is_private(&output).unwrap_or(false)
}

/// Returns the names of several files: `codes-1.png`, `codes-2.png`.
fn numbered(path: &Path, count: usize) -> Vec<PathBuf> {
    if count < 2 {
        return vec![path.to_owned()];
    }
    let name = |number: usize| {
        let mut name = path.file_stem().unwrap_or_default().to_os_string();
        name.push(format!("-{number}"));
        if let Some(extension) = path.extension() {
            name.push(".");
            name.push(extension);
        }
        path.with_file_name(name)
    };
    (1..=count).map(name).collect()
}

/// Writes all files or none.
fn put_all<'f>(
    context: &Context,
    files: impl Iterator<Item = (&'f Path, &'f [u8])>,
) -> Result<(), Error> {
    let mut written: Vec<&Path> = Vec::new();
    for (path, bytes) in files {
        // It has its name only once it is whole.
        match create_file(path, |file| file.write_all(bytes)) {
            Ok(file) => {
                written.push(path);
                // A medium that is damaged may tell only then.
                let read = fs::read(path).map(Zeroizing::new);
                if !read.is_ok_and(|read| **read == *bytes) {
                    remove(&written);
                    let text = format!("{} differs when it is read back", short(path));
                    return Err(Error::new(Kind::Other, text).hint("Choose another place."));
                }
                if !files::is_private(&file).unwrap_or(false) {
                    let text = format!("other users may be able to read {}", short(path));
                    context.output.warn(text);
                }
            }
            Err(error) => {
                remove(&written);
                return Err(match error.kind() {
                    io::ErrorKind::AlreadyExists => exists(path),
                    _ => failed(path, &error),
                });
            }
        }
    }
    Ok(())
}

fn remove(paths: &[&Path]) {
    for path in paths {
        // The error that follows names the file.
        drop(fs::remove_file(path));
    }
}

fn exists(path: &Path) -> Error {
    let text = format!("{} already exists", short(path));
    Error::new(Kind::Other, text).hint("An export never replaces a file. Choose another name.")
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::new(Kind::Other, format!("{}: {error}", short(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_files_have_numbers_before_the_extension() {
        let names = numbered(Path::new("a/codes.png"), 2);
        assert_eq!(
            names,
            [Path::new("a/codes-1.png"), Path::new("a/codes-2.png")]
        );
        assert_eq!(numbered(Path::new("codes"), 3)[2], Path::new("codes-3"));
        assert_eq!(
            numbered(Path::new("codes.png"), 1),
            [Path::new("codes.png")]
        );
    }

    #[test]
    fn the_pictures_that_may_be_written_are_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Pictures(folder.path().join("codes.png"));
        let is_free = |count| target.check(Some(count)).is_ok();
        fs::write(folder.path().join("codes-3.png"), "mine").unwrap();
        assert!(is_free((1, 1)) && is_free((1, 2)) && is_free((2, 2)));
        assert!(!is_free((3, 3)) && !is_free((1, 4)));
        fs::write(folder.path().join("codes.png"), "mine").unwrap();
        assert!(!is_free((1, 1)) && !is_free((1, 2)));
        assert!(is_free((2, 2)), "it gets no numbers");
        assert!(target.check(None).is_ok(), "nothing is known yet");
    }

    #[test]
    fn all_files_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes.png");
        let context = Context::at_terminal(false);
        fs::write(folder.path().join("codes-2.png"), "mine").unwrap();
        let target = Target::Pictures(path.clone());
        let parts = [("", &b"one"[..]), ("", &b"two"[..])];
        let error = target.write(&context, &parts).unwrap_err();
        assert!(
            error.message().ends_with("codes-2.png already exists"),
            "{error}"
        );
        assert!(!folder.path().join("codes-1.png").exists());
        assert_eq!(
            fs::read(folder.path().join("codes-2.png")).unwrap(),
            b"mine"
        );
        let file = Target::File(path.clone());
        let files = file.write(&context, &parts[..1]).unwrap();
        assert_eq!(files, std::slice::from_ref(&path));
        assert!(file.check(None).is_err() && file.write(&context, &parts[..1]).is_err());
        assert_eq!(fs::read(path).unwrap(), b"one");
    }
}
