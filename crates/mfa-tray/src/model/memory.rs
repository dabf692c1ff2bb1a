//! The state that outlives the program: how often accounts are used, which questions were asked, and the
//! choices in the menu.
//!
//! The configuration, too, can set what the menu sets. It belongs to the user, and the tray never writes it.
//! The latest change counts: a choice in the menu holds until the configuration has another value than it had
//! at the time of the choice.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::config::{Codes, Look, Settings};

/// When this number of uses is reached, all counts are halved, because habits change.
const ENOUGH: u32 = 200;

/// The saved state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Memory {
    /// The number of recent uses of each account, by id.
    uses: BTreeMap<String, u32>,
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
        let uses: BTreeMap<String, Value> = field(&mut fields, "uses");
        let count = |(id, count): (String, Value)| Some((id, u32::deserialize(count).ok()?));
        Ok(Self {
            uses: uses.into_iter().filter_map(count).collect(),
            told_of_no_panel: field(&mut fields, "told-of-no-panel"),
            asked_about_codes: field(&mut fields, "asked-about-codes"),
            question_is_due: field(&mut fields, "question-is-due"),
            codes: field(&mut fields, "codes"),
            look: field(&mut fields, "look"),
        })
    }
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

    /// Counts one use.
    pub(super) fn count(&mut self, account: &str) {
        let uses = self.uses.entry(account.to_owned()).or_default();
        *uses = uses.saturating_add(1);
        let sum = |sum: u32, uses: &u32| sum.saturating_add(*uses);
        if self.uses.values().fold(0, sum) >= ENOUGH {
            self.uses.values_mut().for_each(|uses| *uses /= 2);
            self.uses.retain(|_, uses| *uses > 0);
        }
    }

    /// Returns the number of uses of an account.
    pub(super) fn uses(&self, account: &str) -> u32 {
        self.uses.get(account).copied().unwrap_or(0)
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
            ("uses", r#"{"a":3}"#),
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

    #[test]
    fn a_newer_version_may_write_more() {
        let memory = read(
            r#"{"uses":{"a":3,"b":"many","c":-1,"d":5000000000},"new":[1],"look":{"value":"neon"}}"#,
        );
        assert_eq!(memory.uses, BTreeMap::from([("a".to_owned(), 3)]));
        assert_eq!(memory.look, None);
    }
}
