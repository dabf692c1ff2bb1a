//! The base on disk: one file in the state folder for each file that was synchronised. It holds no secrets and no names.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use mfa_core::merge::Base;
use mfa_host::replace::{Outlives, replace_file};
use mfa_ipc::paths;
use mfa_sys::files;
use serde::{Deserialize, Serialize};

/// The largest base that is read, in bytes: that of many thousand accounts.
const MAX_SIZE: u64 = 32 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Stored {
    /// The store whose accounts were synchronised.
    store: String,
    base: String,
}

fn folder() -> PathBuf {
    paths::state().join("sync")
}

fn place(path: &Path) -> PathBuf {
    let name = Base::name(&path.to_string_lossy());
    folder().join(name).with_extension("json")
}

/// Returns what these accounts and the file at a path had in common last. A base that is damaged is as good as none: then,
/// nothing counts as deleted.
pub(super) fn read(path: &Path, store: &str) -> Option<Base> {
    let file = File::open(place(path)).ok()?;
    let mut text = String::new();
    file.take(MAX_SIZE).read_to_string(&mut text).ok()?;
    let stored: Stored = serde_json::from_str(&text).ok()?;
    let is_same = stored.store == store || stored.store.is_empty() || store.is_empty();
    if !is_same {
        return None;
    }
    Base::from_text(&stored.base)
}

pub(super) fn write(path: &Path, store: &str, base: &Base) -> io::Result<()> {
    files::create_private_folder(&folder())?;
    let stored = Stored {
        store: store.to_owned(),
        base: base.to_text(),
    };
    let text = serde_json::to_string(&stored).map_err(io::Error::other)?;
    let written = replace_file(&place(path), Outlives::APowerCut, |file| {
        file.write_all(text.as_bytes())
    });
    written.map(drop)
}
