//! The ports to the desktop. They are small and never wait: slow work happens elsewhere.

use crate::model::notice::Notice;
use crate::model::view::View;

/// An icon with a menu.
pub(crate) trait Icon {
    /// Shows this view from now on.
    fn show(&mut self, view: View);
}

/// The notifications to the user.
pub(crate) trait Notifier {
    /// Shows a notification in place of the last one.
    fn say(&mut self, notice: Notice);
}
