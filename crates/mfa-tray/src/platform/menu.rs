//! The menu of Windows and macOS. muda, a part of the crate tray-icon, makes it from the description. The
//! menu stays on the thread that created it.

use std::sync::{Arc, Mutex, PoisonError};

use tray_icon::menu::{
    CheckMenuItem, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Result, Submenu,
};
use tray_icon::{MouseButtonState, TrayIconEvent};

use crate::input::Inputs;
use crate::model::view::Item;
use crate::model::{Choice, Msg};

/// The id of text entries in events.
const NOTHING: &str = "";

/// Reports that the menu is about to open when the mouse button goes down, because the menu opens when the
/// button is released. In between, the tray asks for the codes.
pub(super) fn hear_clicks(inputs: Inputs) {
    TrayIconEvent::set_event_handler(Some(move |event| {
        let is_pressed = matches!(
            event,
            TrayIconEvent::Click {
                button_state: MouseButtonState::Down,
                ..
            }
        );
        if is_pressed {
            inputs.offer(Msg::MenuOpens);
        }
    }));
}

/// The choices of the current menu, by the number that events contain.
#[derive(Clone)]
pub(super) struct Choices(Arc<Mutex<Vec<Choice>>>);

impl Choices {
    /// Sends the chosen entries to `inputs`. A process has one menu.
    pub(super) fn hear(inputs: Inputs) -> Self {
        let choices = Self(Arc::default());
        let heard = choices.clone();
        MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
            if let Some(choice) = heard.named(event.id().as_ref()) {
                inputs.offer(Msg::Chosen(choice));
            }
        }));
        choices
    }

    fn named(&self, id: &str) -> Option<Choice> {
        let choices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        choices.get(id.parse::<usize>().ok()?).copied()
    }

    fn replace(&self, choices: Vec<Choice>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = choices;
    }
}

/// An entry with a text that may change.
enum Labelled {
    Item(MenuItem),
    Check(CheckMenuItem),
    Menu(Submenu),
}

impl Labelled {
    fn say(&self, text: &str) {
        match self {
            Self::Item(entry) => entry.set_text(text),
            Self::Check(entry) => entry.set_text(text),
            Self::Menu(entry) => entry.set_text(text),
        }
    }
}

/// A created menu.
pub(super) struct Made {
    pub(super) menu: Menu,
    items: Vec<Item>,
    /// The entries with a text, in reading order.
    entries: Vec<Labelled>,
}

impl Made {
    /// Creates a menu. The choices of the previous menu become invalid.
    pub(super) fn new(items: &[Item], choices: &Choices) -> Result<Self> {
        let mut made = Self {
            menu: Menu::new(),
            items: items.to_vec(),
            entries: Vec::new(),
        };
        let menu = made.menu.clone();
        let mut chosen = Vec::new();
        made.fill(items, &mut chosen, &mut |item| menu.append(item))?;
        choices.replace(chosen);
        made.check();
        Ok(made)
    }

    fn fill(
        &mut self,
        items: &[Item],
        choices: &mut Vec<Choice>,
        append: &mut dyn FnMut(&dyn IsMenuItem) -> Result<()>,
    ) -> Result<()> {
        for item in items {
            match item {
                Item::Line => append(&PredefinedMenuItem::separator())?,
                Item::Text(label) => {
                    let entry = MenuItem::with_id(NOTHING, escape(label), false, None);
                    append(&entry)?;
                    self.entries.push(Labelled::Item(entry));
                }
                // The rows of this menu have one height, so they have no tiles.
                Item::Action { label, choice, .. } => {
                    let id = choices.len().to_string();
                    let entry = MenuItem::with_id(id, escape(label), true, None);
                    append(&entry)?;
                    self.entries.push(Labelled::Item(entry));
                    choices.push(*choice);
                }
                Item::Check { label, choice, .. } => {
                    self.add_check(label, choice, choices, append)?;
                }
                Item::OneOf { options, .. } => {
                    for (label, choice) in options {
                        self.add_check(label, choice, choices, append)?;
                    }
                }
                Item::Menu { label, items } => {
                    let entry = Submenu::new(escape(label), true);
                    append(&entry)?;
                    self.entries.push(Labelled::Menu(entry.clone()));
                    self.fill(items, choices, &mut |item| entry.append(item))?;
                }
            }
        }
        Ok(())
    }

    fn add_check(
        &mut self,
        label: &str,
        choice: &Choice,
        choices: &mut Vec<Choice>,
        append: &mut dyn FnMut(&dyn IsMenuItem) -> Result<()>,
    ) -> Result<()> {
        let id = choices.len().to_string();
        let entry = CheckMenuItem::with_id(id, escape(label), true, false, None);
        append(&entry)?;
        self.entries.push(Labelled::Check(entry));
        choices.push(*choice);
        Ok(())
    }

    /// Restores the check marks, because muda toggles an entry when it is chosen, whatever the result.
    pub(super) fn check(&self) {
        let entries = self.entries.iter().filter_map(|entry| match entry {
            Labelled::Check(entry) => Some(entry),
            _ => None,
        });
        for (entry, is_on) in entries.zip(checks(&self.items)) {
            entry.set_checked(is_on);
        }
    }

    /// Changes the texts of the entries. Returns whether that is sufficient: an open menu can change only its
    /// texts.
    pub(super) fn say(&mut self, items: &[Item]) -> bool {
        if !have_same_shape(&self.items, items) {
            return false;
        }
        let (before, after) = (labels(&self.items), labels(items));
        for (entry, (before, after)) in self.entries.iter().zip(before.into_iter().zip(after)) {
            if before != after {
                entry.say(&escape(after));
            }
        }
        self.items = items.to_vec();
        self.check();
        true
    }
}

/// Returns whether two menus differ only in their texts.
fn have_same_shape(one: &[Item], other: &[Item]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|pair| match pair {
            (Item::Line, Item::Line) | (Item::Text(_), Item::Text(_)) => true,
            (Item::Action { choice: one, .. }, Item::Action { choice: other, .. })
            | (Item::Check { choice: one, .. }, Item::Check { choice: other, .. }) => one == other,
            (Item::OneOf { options: one, .. }, Item::OneOf { options: other, .. }) => {
                one.iter().map(choice).eq(other.iter().map(choice))
            }
            (Item::Menu { items: one, .. }, Item::Menu { items: other, .. }) => {
                have_same_shape(one, other)
            }
            _ => false,
        })
}

fn choice((_, choice): &(String, Choice)) -> &Choice {
    choice
}

/// Returns the texts in reading order.
fn labels(items: &[Item]) -> Vec<&str> {
    let mut labels = Vec::new();
    for item in items {
        match item {
            Item::Line => {}
            Item::Text(label) | Item::Action { label, .. } | Item::Check { label, .. } => {
                labels.push(label.as_str());
            }
            Item::OneOf { options, .. } => {
                labels.extend(options.iter().map(|(label, _)| label.as_str()));
            }
            Item::Menu { label, items } => {
                labels.push(label);
                labels.extend(self::labels(items));
            }
        }
    }
    labels
}

/// Returns the check marks in reading order.
fn checks(items: &[Item]) -> Vec<bool> {
    let mut checks = Vec::new();
    for item in items {
        match item {
            Item::Check { is_on, .. } => checks.push(*is_on),
            Item::OneOf { options, selected } => {
                checks.extend((0..options.len()).map(|option| option == *selected));
            }
            Item::Menu { items, .. } => checks.extend(self::checks(items)),
            Item::Line | Item::Text(_) | Item::Action { .. } => {}
        }
    }
    checks
}

/// Escapes ampersands, because an ampersand marks the letter to press.
fn escape(label: &str) -> String {
    label.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::id;

    fn action(label: &str, account: &str) -> Item {
        Item::Action {
            label: label.to_owned(),
            choice: Choice::Copy(id(account)),
            tile: None,
        }
    }

    fn menu(rows: Vec<Item>) -> Vec<Item> {
        let items = rows.clone();
        let label = "More".to_owned();
        [rows, vec![Item::Line, Item::Menu { label, items }]].concat()
    }

    #[test]
    fn other_texts_are_no_other_shape() {
        let before = menu(vec![action("AWS", "1"), Item::Text("x".into())]);
        let after = menu(vec![action("AWS 118 420", "1"), Item::Text("y".into())]);
        assert!(have_same_shape(&before, &after));
        assert_eq!(
            labels(&after),
            ["AWS 118 420", "y", "More", "AWS 118 420", "y"]
        );
        for other in [
            menu(vec![action("AWS", "2"), Item::Text("x".into())]),
            menu(vec![action("AWS", "1")]),
            menu(vec![action("AWS", "1"), Item::Line]),
        ] {
            assert!(!have_same_shape(&before, &other));
        }
    }

    #[test]
    fn what_is_on_is_no_other_shape() {
        let one_of = |selected| Item::OneOf {
            options: vec![
                ("One".to_owned(), Choice::Lock),
                ("Other".to_owned(), Choice::Quit),
            ],
            selected,
        };
        let (before, after) = (menu(vec![one_of(0)]), menu(vec![one_of(1)]));
        assert!(have_same_shape(&before, &after));
        assert_eq!(checks(&after), [false, true, false, true]);
        assert_eq!(labels(&after), ["One", "Other", "More", "One", "Other"]);
    }

    #[test]
    fn an_ampersand_is_one() {
        assert_eq!(escape("H&M"), "H&&M");
    }
}
