//! Files and folders that are private to the user.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::user::User;

/// The most that other users, except root, can do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Nothing,
    /// Read it.
    Read,
    /// Change it.
    Write,
    /// Anything: they own the file.
    Own,
}

/// Makes these options create files that are closed to others.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Creates a folder that is closed to others, and its missing parents. Existing folders stay as they are.
///
/// # Errors
/// An error of the file system.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    // The current folder.
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    match create_folder(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create_private_folder(path.parent().ok_or(error)?)?;
            create_folder(path)
        }
        created => created,
    }
}

/// Creates a folder of ours if it is missing, and closes it to others.
///
/// # Errors
/// An error of the file system.
pub fn own_folder(path: &Path) -> io::Result<()> {
    create_private_folder(path)?;
    let found = fs::metadata(path)?;
    if found.mode() & 0o777 != 0o700 && found.uid() == User::own().uid() {
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn create_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        // The umask may have removed permissions that we need.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o700)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes sure that a new name in a folder survives a power cut, if its file system can do so for folders. Some mounts
/// cannot, such as those of FUSE and CIFS; there is nothing to do about it, and the file is there.
///
/// # Errors
/// An error of the file system.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        Err(error) if cannot_sync(&error) => Ok(()),
        synced => synced,
    }
}

/// Returns whether a file system does not synchronise folders at all, rather than that it has failed.
fn cannot_sync(error: &io::Error) -> bool {
    let unable = [
        Errno::INVAL,
        Errno::NOTSUP,
        Errno::OPNOTSUPP,
        Errno::NOSYS,
        Errno::PERM,
    ];
    Errno::from_io_error(error).is_some_and(|error| unable.contains(&error))
}

/// Checks whether no other user may read a file.
///
/// # Errors
/// An error of the file system.
pub fn is_private(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.mode() & 0o077 == 0)
}

/// Opens a regular file for reading, and nothing else: a pipe would block, and a device may have no end.
///
/// # Errors
/// An error of the file system, or [`io::ErrorKind::InvalidInput`] if it is not a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let check = |found: fs::Metadata| {
        let error = || io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
        found.is_file().then_some(()).ok_or_else(error)
    };
    // Opening a device may have side effects, so its type is checked first. It may change before the file is
    // opened, so it is checked again.
    check(fs::metadata(path)?)?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    check(file.metadata()?)?;
    Ok(file)
}

/// Returns what others can do with a file, according to its owner and its mode.
///
/// # Errors
/// An error of the file system.
pub fn others(file: &File) -> io::Result<Others> {
    let found = file.metadata()?;
    Ok(match found.mode() {
        _ if ![0, User::own().uid()].contains(&found.uid()) => Others::Own,
        mode if mode & 0o022 != 0 => Others::Write,
        mode if mode & 0o044 != 0 => Others::Read,
        _ => Others::Nothing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        let path = folder.path().join("a/b/c");
        create_private_folder(&path).unwrap();
        create_private_folder(&path).unwrap();
        for path in path.ancestors().take(3) {
            assert_eq!(mode(path), 0o700);
        }
        fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
        create_private_folder(&path).unwrap();
        assert_eq!(mode(&path), 0o777, "it is not made by us");
        own_folder(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        fs::write(path.join("file"), "").unwrap();
        assert!(create_private_folder(&path.join("file")).is_err());
        assert!(create_private_folder(&path.join("file/d")).is_err());
    }

    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(open_regular(&file).is_ok());
        assert!(open_regular(&link).is_ok());
        let (pipe, zero) = (folder.path().join("pipe"), folder.path().join("zero"));
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        std::os::unix::fs::symlink("/dev/zero", &zero).unwrap();
        for path in [folder.path(), &pipe, &zero] {
            let error = open_regular(path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
    }

    #[test]
    fn modes_say_what_others_can_do() {
        let file = tempfile::tempfile().unwrap();
        for (mode, expected) in [
            (0o600, Others::Nothing),
            (0o711, Others::Nothing),
            (0o640, Others::Read),
            (0o604, Others::Read),
            (0o620, Others::Write),
            (0o777, Others::Write),
        ] {
            file.set_permissions(Permissions::from_mode(mode)).unwrap();
            assert_eq!(others(&file).unwrap(), expected, "{mode:o}");
        }
    }

    #[test]
    fn a_mount_that_cannot_synchronise_folders_is_no_failure_and_a_broken_disk_is() {
        for unable in [Errno::INVAL, Errno::NOTSUP, Errno::PERM, Errno::NOSYS] {
            assert!(cannot_sync(&unable.into()), "{unable}");
        }
        for broken in [Errno::IO, Errno::NOSPC, Errno::ROFS, Errno::STALE] {
            assert!(!cannot_sync(&broken.into()), "{broken}");
        }
        assert!(!cannot_sync(&io::Error::other("x")));
        let folder = tempfile::tempdir().unwrap();
        sync_folder(folder.path()).unwrap();
        assert!(sync_folder(&folder.path().join("missing")).is_err());
        // Its folders answer with EINVAL.
        #[cfg(target_os = "linux")]
        sync_folder(Path::new("/proc")).unwrap();
    }
}
