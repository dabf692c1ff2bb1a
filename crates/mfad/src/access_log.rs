//! The access log: `access.log` in the state folder, a line of JSON for each event.
//!
//! Two files of 1 MiB each are kept. Lines are appended with one write each. A line that was cut, because the disk was full
//! or the machine stopped, spoils no other one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use mfa_core::access::Record;
use mfa_core::port::AccessLog;
use mfa_host::access_log;
use mfa_sys::files;

/// The size above which the file is put aside, in bytes.
const MAX_SIZE: u64 = 1024 * 1024;

/// The log on disk.
#[derive(Debug)]
pub struct FileLog {
    path: PathBuf,
    /// The file, once there was something to write, and its size.
    open: Option<(File, u64)>,
}

impl FileLog {
    /// Creates the log in a folder. The file is made with the first line.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            path: folder.join(mfa_ipc::paths::ACCESS_LOG),
            open: None,
        }
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = files::private(&mut options).open(&self.path)?;
        let mut size = file.metadata()?.len();
        if size > 0 && !ends_with_a_line(&mut file)? {
            file.write_all(b"\n")?;
            size += 1;
        }
        Ok((file, size))
    }

    /// Puts the file aside. If that is impossible, it grows further, which is better than to log nothing.
    fn put_aside(&self) {
        if let Err(error) = fs::rename(&self.path, access_log::before(&self.path)) {
            tracing::warn!(%error, "cannot put the access log aside");
        }
    }
}

impl AccessLog for FileLog {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        let (file, size) = match self.open.take() {
            // Somebody may have removed it.
            Some(open) if self.path.exists() => open,
            _ => self.open()?,
        };
        let (mut file, size) = match size + line.len() as u64 {
            whole if whole > MAX_SIZE && size > 0 => {
                drop(file);
                self.put_aside();
                self.open()?
            }
            _ => (file, size),
        };
        if let Err(error) = file.write_all(&line) {
            // If half a line stays, the next one begins a line of its own.
            drop(file.set_len(size));
            return Err(error);
        }
        self.open = Some((file, size + line.len() as u64));
        Ok(())
    }
}

fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use mfa_core::access::record::{Action, Ground, Outcome};

    use super::*;

    fn record(reason: &str) -> Record {
        Record {
            time: 1,
            action: Action::Code,
            outcome: Outcome::Allowed,
            ground: Ground::Default,
            scope: None,
            account: None,
            name: None,
            asker: "x".into(),
            chain: "x".into(),
            pid: 1,
            bus: false,
            reason: Some(reason.into()),
            note: None,
        }
    }

    fn lines(path: &Path) -> Vec<Record> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn lines_are_added_also_by_the_next_daemon() {
        let folder = tempfile::tempdir().unwrap();
        for round in ["a", "b"] {
            FileLog::new(folder.path()).write(&record(round)).unwrap();
        }
        let path = folder.path().join(mfa_ipc::paths::ACCESS_LOG);
        assert_eq!(lines(&path), [record("a"), record("b")]);
    }

    #[test]
    fn half_a_line_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(mfa_ipc::paths::ACCESS_LOG);
        fs::write(&path, "{\"time\":1").unwrap();
        let mut log = FileLog::new(folder.path());
        for round in ["a", "b"] {
            log.write(&record(round)).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        let (half, whole) = text.split_once('\n').unwrap();
        assert_eq!(half, "{\"time\":1");
        fs::write(&path, whole).unwrap();
        assert_eq!(lines(&path), [record("a"), record("b")]);
    }

    #[test]
    fn what_cannot_be_put_aside_grows_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(mfa_ipc::paths::ACCESS_LOG);
        let before = access_log::before(&path);
        fs::create_dir_all(before.join("in the way")).unwrap();
        let long = "x".repeat(usize::try_from(MAX_SIZE).unwrap());
        let mut log = FileLog::new(folder.path());
        log.write(&record(&long)).unwrap();
        log.write(&record("a")).unwrap();
        assert_eq!(lines(&path), [record(&long), record("a")]);
    }

    #[test]
    fn two_files_of_a_mebibyte_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(mfa_ipc::paths::ACCESS_LOG);
        let mut log = FileLog::new(folder.path());
        let long = "x".repeat(100_000);
        for _ in 0..30 {
            log.write(&record(&long)).unwrap();
        }
        log.write(&record("last")).unwrap();
        let before = access_log::before(&path);
        for file in [&path, &before] {
            assert!(fs::metadata(file).unwrap().len() <= MAX_SIZE);
        }
        assert_eq!(lines(&path).last(), Some(&record("last")));
        assert_eq!(lines(&before).len(), 10);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_log_that_was_removed_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(mfa_ipc::paths::ACCESS_LOG);
        let mut log = FileLog::new(folder.path());
        log.write(&record("a")).unwrap();
        fs::remove_file(&path).unwrap();
        log.write(&record("b")).unwrap();
        assert_eq!(lines(&path), [record("b")]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_each_time() {
        let mut log = FileLog::new(Path::new("/nowhere"));
        assert!(log.write(&record("a")).is_err());
        assert!(log.write(&record("a")).is_err());
    }
}
