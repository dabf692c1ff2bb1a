//! macOS: the type that pasteboard managers have agreed on, see <http://nspasteboard.org>.

use arboard::{Set, SetExtApple};

/// Adds `org.nspasteboard.ConcealedType`.
pub(crate) fn mark_as_secret(set: Set<'_>) -> Set<'_> {
    set.exclude_from_history()
}
