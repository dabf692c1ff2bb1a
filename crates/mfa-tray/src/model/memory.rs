//! What outlives the program: how often accounts are used, and what was said already.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Once so many uses are counted, all counts are halved: habits change.
const ENOUGH: u32 = 200;

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Memory {
    /// How often the code of each account, by its id, was used of late.
    uses: BTreeMap<String, u32>,
    /// Whether the user was told that no panel shows our icon.
    pub told_of_no_panel: bool,
}

impl Memory {
    /// Counts one use.
    pub(super) fn count(&mut self, account: &str) {
        let uses = self.uses.entry(account.to_owned()).or_default();
        *uses = uses.saturating_add(1);
        if self.uses.values().sum::<u32>() >= ENOUGH {
            self.uses.values_mut().for_each(|uses| *uses /= 2);
            self.uses.retain(|_, uses| *uses > 0);
        }
    }

    /// How often an account was used.
    pub(super) fn uses(&self, account: &str) -> u32 {
        self.uses.get(account).copied().unwrap_or(0)
    }
}
