//! Notices changes of the settings. Their file is checked whenever the menu opens.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::{self, Settings};

/// The settings, read once and again whenever their file has changed.
#[derive(Debug)]
pub(crate) struct Watched {
    path: PathBuf,
    /// The modification time of the file that was read last; `None` if it was never read.
    read: Option<Option<SystemTime>>,
}

impl Watched {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, read: None }
    }

    /// Returns the settings if they were not read yet or have changed since.
    pub(crate) fn changed(&mut self) -> Option<Result<Settings, config::Error>> {
        let now = modified(&self.path);
        if self.read == Some(now) {
            return None;
        }
        self.read = Some(now);
        Some(Settings::load(&self.path))
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
