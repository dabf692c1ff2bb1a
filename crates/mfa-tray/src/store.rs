//! Keeps what the tray remembers: `$XDG_STATE_HOME/mfactl/tray.json`.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use mfa_ipc::paths;

use crate::model::memory::Memory;

/// The longest file that is read, in bytes.
const MAX: u64 = 4 * 1024 * 1024;

fn file() -> PathBuf {
    paths::state().join("tray.json")
}

/// Reads it. What cannot be read is begun anew: it is a habit, and no account.
pub(crate) fn load() -> Memory {
    let path = file();
    let text = match std::fs::metadata(&path) {
        Ok(found) if found.len() <= MAX => std::fs::read(&path),
        Ok(_) => Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Memory::default(),
        Err(error) => Err(error),
    };
    let memory = text.and_then(|text| Ok(serde_json::from_slice(&text)?));
    memory.unwrap_or_else(|error| {
        tracing::warn!(%error, "begins to count anew: {} cannot be read", path.display());
        Memory::default()
    })
}

/// Writes it; a crash leaves the old one or the new one.
pub(crate) fn save(memory: &Memory) -> io::Result<()> {
    let path = file();
    let mut folder = DirBuilder::new();
    folder.recursive(true).mode(0o700).create(paths::state())?;
    let new = path.with_extension("json.new");
    let out = std::fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    serde_json::to_writer(out, memory)?;
    std::fs::rename(new, path)
}
