//! Windows: the formats that keep a text out of monitors, the history and the cloud, see
//! <https://learn.microsoft.com/windows/win32/dataxchg/clipboard-formats#cloud-clipboard-and-clipboard-history-formats>.

use arboard::{Set, SetExtWindows};

/// Adds the three formats.
pub(crate) fn mark_as_secret(set: Set<'_>) -> Set<'_> {
    set.exclude_from_monitoring()
        .exclude_from_cloud()
        .exclude_from_history()
}
