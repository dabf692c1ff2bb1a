//! What the tray needs from a desktop. Small, and never waiting: whatever takes time happens
//! elsewhere.

use crate::model::notice::Notice;
use crate::model::view::View;

/// Something that shows an icon with a menu.
pub(crate) trait Icon {
    /// Shows this from now on.
    fn show(&mut self, view: View);
}

/// Something that tells the user.
pub(crate) trait Notifier {
    /// Says it, in place of what was said before.
    fn say(&mut self, notice: Notice);
}
