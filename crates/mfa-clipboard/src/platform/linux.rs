//! X11 and Wayland: the hint that KDE's Klipper began with and other managers know.

use arboard::{Set, SetExtLinux};

/// Offers `x-kde-passwordManagerHint` = `secret` beside the text.
pub(crate) fn mark_as_secret(set: Set<'_>) -> Set<'_> {
    set.exclude_from_history()
}
