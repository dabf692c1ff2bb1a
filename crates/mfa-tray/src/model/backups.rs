//! The accounts that no backup holds, in a submenu that is there only if there are any, or if a backup has failed.

use super::{Backups, Effect, Item, Model, label};

/// The number of names in the submenu.
const SHOWN: usize = 10;
/// The maximum width of a name, in columns.
const MAX_NAME: usize = 24;
/// The maximum width of a line of text, in columns.
const MAX_LINE: usize = 60;

impl Model {
    pub(super) fn backed_up(&mut self, backups: Backups) -> Vec<Effect> {
        self.backups = backups;
        Vec::new()
    }

    /// Returns the submenu, if there is something to say.
    pub(super) fn backups_part(&self) -> Option<Item> {
        let Backups { missing, problem } = &self.backups;
        let label = match (problem.is_empty(), missing.len()) {
            (false, _) => "The last backup failed".to_owned(),
            (true, 0) => return None,
            (true, 1) => "1 account is in no backup".to_owned(),
            (true, count) => format!("{count} accounts are in no backup"),
        };
        let mut items = Vec::new();
        if !problem.is_empty() {
            items.push(Item::Text(label::clean(problem, MAX_LINE)));
        }
        let name = |name: &String| Item::Text(label::isolated(&label::clean(name, MAX_NAME)));
        items.extend(missing.iter().take(SHOWN).map(name));
        if let Some(more @ 1..) = missing.len().checked_sub(SHOWN) {
            items.push(Item::Text(format!("and {more} more")));
        }
        items.push(Item::Line);
        let what = match problem.is_empty() {
            true => "In a terminal: mfactl backup",
            false => "In a terminal: mfactl doctor",
        };
        items.push(Item::Text(what.to_owned()));
        Some(Item::Menu { label, items })
    }
}
