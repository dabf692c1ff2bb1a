//! The shortcut, on systems whose desktops give none to the tray.

/// A shortcut that never comes.
pub(crate) struct Shortcut;

impl Shortcut {
    /// Tells the user that the setting does nothing here.
    pub(crate) fn wish(&self, keys: Option<&str>) {
        if keys.is_some() {
            tracing::warn!("the setting “shortcut” does nothing here: it is for Linux only");
        }
    }
}
