//! What outlives the program: how often accounts are used, what was said already, and what was chosen in
//! the menu.
//!
//! What the menu sets can be set in the configuration too, which is the user's and not written by us. What
//! was changed last counts: a choice in the menu holds until the configuration says something else than it
//! did when the choice was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{Codes, Look, Settings};

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
    /// Whether the user was asked whether codes are to be shown.
    pub asked_about_codes: bool,
    codes: Option<Chosen<Codes>>,
    look: Option<Chosen<Look>>,
}

/// What was chosen in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Chosen<T> {
    value: T,
    /// What the configuration said then, if anything.
    configured: Option<T>,
}

impl Memory {
    /// Whether codes are shown.
    pub(super) fn codes(&self, settings: &Settings) -> Codes {
        value(self.codes, settings.codes)
    }

    /// The look of the icon.
    pub(super) fn look(&self, settings: &Settings) -> Look {
        value(self.look, settings.look)
    }

    /// The user has chosen in the menu whether codes are shown.
    pub(super) fn choose_codes(&mut self, value: Codes, settings: &Settings) {
        let configured = settings.codes;
        self.codes = Some(Chosen { value, configured });
    }

    /// The user has chosen a look in the menu.
    pub(super) fn choose_look(&mut self, value: Look, settings: &Settings) {
        let configured = settings.look;
        self.look = Some(Chosen { value, configured });
    }

    /// Whether the user has said anywhere whether codes are shown.
    pub(super) fn knows_about_codes(&self, settings: &Settings) -> bool {
        self.asked_about_codes || self.codes.is_some() || settings.codes.is_some()
    }

    /// Drops what was chosen before the configuration was changed. Says whether there was anything.
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

    /// How often an account was used.
    pub(super) fn uses(&self, account: &str) -> u32 {
        self.uses.get(account).copied().unwrap_or(0)
    }
}

fn value<T: Default>(chosen: Option<Chosen<T>>, configured: Option<T>) -> T {
    let chosen = chosen.map(|chosen| chosen.value);
    chosen.or(configured).unwrap_or_default()
}
