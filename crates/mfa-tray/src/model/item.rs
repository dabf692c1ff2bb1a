//! The entries of the menu, for any tray.

use super::Choice;
use super::tile::Tile;

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An action.
    Action {
        /// The label.
        label: String,
        /// The choice that it makes.
        choice: Choice,
        /// The tile beside it, if it is about an account.
        tile: Option<Tile>,
    },
    /// A check box.
    Check {
        /// The label.
        label: String,
        /// The choice that it makes.
        choice: Choice,
        /// Whether it is checked.
        is_on: bool,
    },
    /// Options of which one is selected.
    OneOf {
        /// The label and the choice of each option.
        options: Vec<(String, Choice)>,
        /// The index of the selected option.
        selected: usize,
    },
    /// A submenu.
    Menu {
        /// The label.
        label: String,
        /// The entries.
        items: Vec<Self>,
    },
    /// A text.
    Text(String),
    /// A separator.
    Line,
}
