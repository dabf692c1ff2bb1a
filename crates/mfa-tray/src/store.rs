//! Keeps what the tray remembers: `$XDG_STATE_HOME/mfactl/tray.json`.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mfa_ipc::paths;
use mfa_sys::files;

use crate::model::memory::Memory;

/// The most that is read of it, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

fn file() -> PathBuf {
    paths::state().join("tray.json")
}

/// Reads it. What cannot be read is begun anew: it is a habit, and no account.
pub(crate) fn load() -> Memory {
    let path = file();
    let text = match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Memory::default(),
        text => text,
    };
    let memory = text.and_then(|text| Ok(serde_json::from_slice(&text)?));
    memory.unwrap_or_else(|error| {
        tracing::warn!(%error, "begins to count anew: {} cannot be read", path.display());
        Memory::default()
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let file = files::open_regular(path)?;
    file.take(MAX_FILE).read_to_end(&mut text)?;
    Ok(text)
}

/// Writes it; a crash leaves the old one or the new one.
pub(crate) fn save(memory: &Memory) -> io::Result<()> {
    let path = file();
    files::create_private_folder(&paths::state())?;
    let new = path.with_extension("json.new");
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    let out = files::private(&mut options).open(&new)?;
    serde_json::to_writer(out, memory)?;
    std::fs::rename(new, path)
}
