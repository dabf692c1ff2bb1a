//! Notices new events in the access log. Its files are checked whenever the menu opens.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mfa_core::access::Record;
use mfa_host::access_log;

/// The number of bytes at the end of the log that are read. They hold some hundred events.
const END: u64 = 64 * 1024;

/// The end of the access log, read once and again whenever the log has changed.
#[derive(Debug)]
pub(crate) struct LastUses {
    path: PathBuf,
    /// The state of the file that was read last; `None` if it was never read.
    read: Option<Option<State>>,
}

/// The modification time and the size of a file. The time alone may be too coarse.
type State = (SystemTime, u64);

impl LastUses {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, read: None }
    }

    /// Returns the last events if they were not read yet or there are new ones.
    pub(crate) fn changed(&mut self) -> Option<Vec<Record>> {
        let now = state(&self.path);
        if self.read == Some(now) {
            return None;
        }
        self.read = Some(now);
        let records = access_log::last(&self.path, END).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            Vec::new()
        });
        Some(records)
    }
}

fn state(path: &Path) -> Option<State> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_read_again_once_it_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let mut uses = LastUses::new(path.clone());
        assert_eq!(uses.changed(), Some(Vec::new()), "there is no log yet");
        assert_eq!(uses.changed(), None);
        let line = |time: u64| {
            format!(
                r#"{{"time":{time},"action":"code","outcome":"allowed","ground":"rule","asker":"x","chain":"x","pid":1,"bus":false}}"#
            ) + "\n"
        };
        std::fs::write(&path, line(1)).unwrap();
        assert_eq!(uses.changed().map(|records| records.len()), Some(1));
        assert_eq!(uses.changed(), None);
        std::fs::write(&path, line(1) + &line(2)).unwrap();
        assert_eq!(uses.changed().map(|records| records.len()), Some(2));
    }
}
