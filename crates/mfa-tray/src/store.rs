//! Saves the memory of the tray: `$XDG_STATE_HOME/mfactl/tray.json`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mfa_host::replace::{Outlives, replace_file};
use mfa_ipc::paths;
use mfa_sys::files;

use crate::model::memory::Memory;

/// The maximum number of bytes that are read.
const MAX_FILE: u64 = 1024 * 1024;

fn file() -> PathBuf {
    paths::state().join("tray.json")
}

/// Reads the memory. A file that cannot be read is started anew: it contains habits, not accounts.
pub(crate) fn load() -> Memory {
    load_from(&file())
}

fn load_from(path: &Path) -> Memory {
    let text = match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Memory::default(),
        text => text,
    };
    let memory = text.and_then(|text| Ok(serde_json::from_slice(&text)?));
    memory.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot read {}; starting afresh", path.display());
        Memory::default()
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let file = files::open_regular(path)?;
    file.take(MAX_FILE).read_to_end(&mut text)?;
    Ok(text)
}

/// Writes the memory. After a crash, the file is either the old one or the new one.
pub(crate) fn save(memory: &Memory) -> io::Result<()> {
    files::create_private_folder(&paths::state())?;
    save_to(&file(), memory)
}

fn save_to(path: &Path, memory: &Memory) -> io::Result<()> {
    let write = |file: &mut File| Ok(serde_json::to_writer(file, memory)?);
    replace_file(path, Outlives::TheProgram, write).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used() -> Memory {
        serde_json::from_str(
            r#"{"recent":["123e4567-e89b-42d3-a456-426614174000"],"asked-about-codes":true}"#,
        )
        .unwrap()
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tray.json");
        assert_eq!(load_from(&path), Memory::default());
        save_to(&path, &used()).unwrap();
        save_to(&path, &used()).unwrap();
        assert_eq!(load_from(&path), used());
    }

    #[test]
    fn a_damaged_file_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tray.json");
        let endless = vec![b' '; 2 * 1024 * 1024];
        for text in [&b""[..], b"{\"uses\":", b"[]", b"\xff\xfe", &endless] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(load_from(&path), Memory::default());
            save_to(&path, &used()).unwrap();
            assert_eq!(load_from(&path), used());
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tray.json");
        let new = folder.path().join("tray.json.new");
        let fifo = |path: &Path| {
            let made = std::process::Command::new("mkfifo").arg(path).status();
            assert!(made.unwrap().success());
        };
        fifo(&path);
        fifo(&new);
        assert_eq!(load_from(&path), Memory::default());
        save_to(&path, &used()).unwrap();
        assert_eq!(load_from(&path), used());
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        std::os::unix::fs::symlink("/dev/full", &new).unwrap();
        assert_eq!(load_from(&path), Memory::default());
        save_to(&path, &used()).unwrap();
        assert_eq!(load_from(&path), used());
    }
}
