//! The state that outlives the program: which accounts were used last, which questions were asked, and the
//! choices in the menu.
//!
//! The configuration, too, can set what the menu sets. It belongs to the user, and the tray never writes it.
//! The latest change counts: a choice in the menu holds until the configuration has another value than it had
//! at the time of the choice.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use mfa_core::AccountId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::config::{Codes, Look, Settings};

/// The number of accounts whose order of use is remembered. More of them fill no menu.
const MAX_RECENT: usize = 200;

/// The saved state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Memory {
    /// The ids of the used accounts, last used first.
    recent: Vec<String>,
    /// Whether the user was told that no panel shows the icon.
    pub told_of_no_panel: bool,
    /// Whether the user was asked whether to show codes.
    pub asked_about_codes: bool,
    /// Whether to ask that, because the first account was added.
    pub question_is_due: bool,
    codes: Option<Chosen<Codes>>,
    look: Option<Chosen<Look>>,
}

/// A choice in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Chosen<T> {
    value: T,
    /// The value in the configuration at that time, if it was set.
    configured: Option<T>,
}

/// Reads each field separately. If a field is damaged, or another version writes it differently, only that
/// field is lost.
impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let mut recent: Vec<Value> = field(&mut fields, "recent");
        if recent.is_empty() {
            recent = before(&mut fields);
        }
        let mut memory = Self {
            recent: Vec::new(),
            told_of_no_panel: field(&mut fields, "told-of-no-panel"),
            asked_about_codes: field(&mut fields, "asked-about-codes"),
            question_is_due: field(&mut fields, "question-is-due"),
            codes: field(&mut fields, "codes"),
            look: field(&mut fields, "look"),
        };
        let known = |id: &Value| AccountId::parse(id.as_str()?).map(|id| id.to_string());
        recent.truncate(MAX_RECENT);
        let recent: Vec<_> = recent.iter().filter_map(known).collect();
        recent.iter().rev().for_each(|id| memory.used(id));
        Ok(memory)
    }
}

/// Returns the order of use as older versions kept it: the number of uses of each account, and the last one.
fn before(fields: &mut serde_json::Map<String, Value>) -> Vec<Value> {
    let uses: BTreeMap<String, Value> = field(fields, "uses");
    let last: Option<String> = field(fields, "last");
    let count = |(id, count): (String, Value)| Some((u32::deserialize(count).ok()?, id));
    let mut uses: Vec<_> = uses.into_iter().filter_map(count).collect();
    uses.sort_by_key(|(count, _)| Reverse(*count));
    let uses = uses.into_iter().map(|(_, id)| id);
    last.into_iter().chain(uses).map(Value::String).collect()
}

/// Returns the value of a field, or its default if the value cannot be read.
fn field<T: DeserializeOwned + Default>(
    fields: &mut serde_json::Map<String, Value>,
    name: &str,
) -> T {
    let value = fields.remove(name).unwrap_or(Value::Null);
    if value.is_null() {
        return T::default();
    }
    T::deserialize(value).unwrap_or_else(|error| {
        tracing::warn!(%error, field = name, "cannot read a part of the saved state");
        T::default()
    })
}

impl Memory {
    /// Returns whether codes are shown.
    pub(super) fn codes(&self, settings: &Settings) -> Codes {
        value(self.codes, settings.codes)
    }

    /// Returns the look of the icon.
    pub(super) fn look(&self, settings: &Settings) -> Look {
        value(self.look, settings.look)
    }

    /// Records the choice in the menu whether codes are shown.
    pub(super) fn choose_codes(&mut self, value: Codes, settings: &Settings) {
        let configured = settings.codes;
        self.codes = Some(Chosen { value, configured });
    }

    /// Records the choice of a look in the menu.
    pub(super) fn choose_look(&mut self, value: Look, settings: &Settings) {
        let configured = settings.look;
        self.look = Some(Chosen { value, configured });
    }

    /// Returns whether the user has decided whether codes are shown.
    pub(super) fn knows_about_codes(&self, settings: &Settings) -> bool {
        self.asked_about_codes || self.codes.is_some() || settings.codes.is_some()
    }

    /// Drops choices that are older than a change of the configuration. Returns whether there were any.
    pub(super) fn reconcile(&mut self, settings: &Settings) -> bool {
        let codes = self
            .codes
            .take_if(|chosen| chosen.configured != settings.codes);
        let look = self
            .look
            .take_if(|chosen| chosen.configured != settings.look);
        codes.is_some() || look.is_some()
    }

    /// Records a use. The account comes first from now on.
    pub(super) fn used(&mut self, account: &str) {
        self.recent.retain(|id| id != account);
        self.recent.insert(0, account.to_owned());
        self.recent.truncate(MAX_RECENT);
    }

    /// Returns the id of the account that was used last.
    pub(super) fn last(&self) -> Option<&str> {
        self.recent.first().map(String::as_str)
    }

    /// Returns the ids of the used accounts, last used first.
    pub(super) fn recent(&self) -> impl Iterator<Item = &str> {
        self.recent.iter().map(String::as_str)
    }
}

fn value<T: Default>(chosen: Option<Chosen<T>>, configured: Option<T>) -> T {
    let chosen = chosen.map(|chosen| chosen.value);
    chosen.or(configured).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Memory {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_field_that_cannot_be_read_costs_nothing_but_itself() {
        let chosen = r#"{"value":"shown","configured":null}"#;
        let fields = [
            ("recent", r#"["123e4567-e89b-42d3-a456-426614174000"]"#),
            ("told-of-no-panel", "true"),
            ("asked-about-codes", "true"),
            ("question-is-due", "true"),
            ("codes", chosen),
            ("look", r#"{"value":"dark","configured":"light"}"#),
        ];
        let text = |damaged: Option<&str>, damage: &str| {
            let field = |(name, value): &(&str, &str)| {
                let value = if damaged == Some(*name) {
                    damage
                } else {
                    value
                };
                format!("\"{name}\":{value}")
            };
            format!("{{{}}}", fields.each_ref().map(field).join(","))
        };
        let whole = read(&text(None, ""));
        assert_eq!(read(&serde_json::to_string(&whole).unwrap()), whole);
        for (name, _) in fields {
            for damage in [
                "17",
                "\"x\"",
                "[]",
                "{}",
                "{\"value\":\"new\"}",
                "null",
                "1e999",
            ] {
                let Ok(memory) = serde_json::from_str::<Memory>(&text(Some(name), damage)) else {
                    assert_eq!(damage, "1e999", "no JSON at all");
                    continue;
                };
                let mut expected = serde_json::to_value(&whole).unwrap();
                expected[name] = serde_json::to_value(Memory::default()).unwrap()[name].clone();
                assert_eq!(
                    serde_json::to_value(memory).unwrap(),
                    expected,
                    "{name}: {damage}"
                );
            }
        }
    }

    /// Returns the id of an account that ends in this digit.
    fn id(digit: u8) -> String {
        format!("123e4567-e89b-42d3-a456-42661417400{digit}")
    }

    #[test]
    fn a_newer_version_may_write_more() {
        let text =
            r#"{"recent":["B",7,"no id","A",{"id":"A"},"B"],"new":[1],"look":{"value":"neon"}}"#;
        let memory = read(&text.replace('A', &id(1)).replace('B', &id(2)));
        assert_eq!(memory.recent, [id(2), id(1)]);
        assert_eq!(memory.look, None);
    }

    #[test]
    fn the_habits_of_an_older_version_are_kept() {
        let text = r#"{"uses":{"A":3,"B":4294967295,"C":1,"D":"many","E":-1,"F":5000000000,"x":9},"last":"C"}"#;
        let letters = ["A", "B", "C", "D", "E", "F"].into_iter().zip(1..);
        let text = letters.fold(text.to_owned(), |text, (letter, digit)| {
            text.replace(&format!("\"{letter}\""), &format!("\"{}\"", id(digit)))
        });
        let memory = read(&text);
        assert_eq!(memory.recent, [id(3), id(2), id(1)]);
        assert_eq!(memory.last(), Some(&*id(3)));
        assert_eq!(read(&serde_json::to_string(&memory).unwrap()), memory);
    }

    #[test]
    fn no_more_is_remembered_than_a_menu_needs() {
        let mut memory = Memory::default();
        (0..=MAX_RECENT).for_each(|number| memory.used(&number.to_string()));
        assert_eq!(memory.recent.len(), MAX_RECENT);
        assert_eq!(memory.last(), Some("200"));
        assert!(memory.recent().all(|id| id != "0"), "the oldest one");
    }
}
