//! Linux: inotify. A file that is replaced is noticed too, because its folder is watched.

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;

use crate::sync::{self, glance};

/// The number of changes that are taken in at once.
const MAX_CHANGES: usize = 1000;

/// Watches the folder of a file.
pub(in crate::follow) struct Watch {
    path: PathBuf,
    queue: AsyncFd<OwnedFd>,
}

impl Watch {
    pub(in crate::follow) async fn new(path: &Path) -> io::Result<Self> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || open(&path));
        let (path, queue) = opened.await.map_err(io::Error::other)??;
        #[expect(
            deprecated,
            reason = "it owns the file descriptor, which never changes, and the compiler checks nothing of the new way"
        )]
        let queue = AsyncFd::new(queue)?;
        Ok(Self { path, queue })
    }

    /// Waits until the file or a conflict copy has changed, or may have. Nothing is lost if the future is dropped.
    ///
    /// # Errors
    /// If the folder is gone.
    pub(in crate::follow) async fn changed(&mut self) -> io::Result<()> {
        loop {
            let mut ready = self.queue.readable().await?;
            let mut buffer = [MaybeUninit::uninit(); 4096];
            let mut reader = Reader::new(self.queue.get_ref(), &mut buffer);
            let mut is_ours = false;
            for _ in 0..MAX_CHANGES {
                match reader.next() {
                    Ok(event) => {
                        let name = event
                            .file_name()
                            .map(|name| OsStr::from_bytes(name.to_bytes()));
                        is_ours |= is_of(&self.path, event.events(), name)?;
                    }
                    Err(Errno::INTR) => {}
                    Err(Errno::WOULDBLOCK) => {
                        ready.clear_ready();
                        break;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if is_ours {
                return Ok(());
            }
        }
    }
}

fn open(path: &Path) -> io::Result<(PathBuf, OwnedFd)> {
    let path = sync::place(path).map_err(io::Error::other)?;
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let queue = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let of_files = WatchFlags::CLOSE_WRITE
        | WatchFlags::MOVED_TO
        | WatchFlags::MOVED_FROM
        | WatchFlags::DELETE;
    let of_folder = WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF | WatchFlags::ONLYDIR;
    inotify::add_watch(&queue, folder, of_files | of_folder)?;
    Ok((path, queue))
}

/// Returns whether a change is one of the file or of its conflict copies.
fn is_of(path: &Path, change: ReadFlags, name: Option<&OsStr>) -> io::Result<bool> {
    let gone =
        ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::UNMOUNT | ReadFlags::IGNORED;
    if change.intersects(gone) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let is_ours = name.is_some_and(|name| glance::is_of(path, name));
    Ok(is_ours || change.contains(ReadFlags::QUEUE_OVERFLOW))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_file_that_is_written_or_replaced_is_noticed_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("shared");
        let path = place.join("mfa.kdbx");
        assert!(Watch::new(&path).await.is_err(), "there is no folder");
        fs::create_dir(&place).unwrap();
        let mut watch = Watch::new(&path).await.unwrap();
        fs::write(&path, "one").unwrap();
        watch.changed().await.unwrap();
        fs::write(place.join("new"), "two").unwrap();
        fs::write(place.join("other.kdbx"), "x").unwrap();
        let quiet = timeout(Duration::from_millis(50), watch.changed()).await;
        assert!(quiet.is_err(), "another file");
        fs::rename(place.join("new"), &path).unwrap();
        watch.changed().await.unwrap();
        fs::write(
            place.join("mfa (conflicted copy 2024-01-02 030405).kdbx"),
            "",
        )
        .unwrap();
        watch.changed().await.unwrap();
        fs::remove_file(&path).unwrap();
        watch.changed().await.unwrap();
        fs::rename(&place, folder.path().join("elsewhere")).unwrap();
        assert!(watch.changed().await.is_err(), "the folder is gone");
    }
}
