//! The codes that are shown in the open menu, if the user wants that.
//!
//! It is known when a menu opens, but not when it closes: not all panels tell, and ksni does not pass
//! it on. So codes are counted down for a while after it opened and hidden then: nobody is left with
//! an old code, and nothing ticks for ever.

use std::collections::HashMap;
use std::time::Duration;

use mfa_ipc::Error;
use mfa_ipc::types::IssuedCode;

use super::{Effect, Model, Timer, view};

/// How often the seconds are counted.
const TICK: Duration = Duration::from_secs(1);
/// How many seconds codes are shown after the menu was opened.
const MAX_TICKS: u32 = 60;

/// What is shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    codes: HashMap<String, IssuedCode>,
    is_open: bool,
    ticks: u32,
}

impl Shown {
    /// The code of an account, and how many seconds are left of it.
    pub(super) fn code(&self, account: &str, now: u64) -> Option<(&str, u64)> {
        let code = self.codes.get(account)?;
        let left = code.valid_until.checked_sub(now).filter(|left| *left > 0)?;
        Some((&code.code, left))
    }
}

impl Model {
    /// The menu is about to be shown.
    pub(super) fn menu_opens(&mut self, now: u64) -> Vec<Effect> {
        self.order.opened(now);
        if self.is_in_trouble() {
            // A keychain that has come since, or a daemon, is noticed by asking again.
            return vec![Effect::Reconnect];
        }
        if !self.shows_codes() {
            return Vec::new();
        }
        self.shown.is_open = true;
        self.shown.ticks = 0;
        let accounts = view::with_codes(self);
        if accounts.is_empty() {
            return Vec::new();
        }
        vec![Effect::Show(accounts), Effect::Start(Timer::Tick, TICK)]
    }

    /// The menu was closed, as far as can be known: something was chosen in it.
    pub(super) fn menu_closes(&mut self, now: u64) -> Effect {
        self.order.closed();
        self.arrange(now);
        self.shown = Shown::default();
        Effect::Stop(Timer::Tick)
    }

    /// A code to show is there.
    pub(super) fn shown(
        &mut self,
        account: String,
        result: Result<IssuedCode, Error>,
    ) -> Vec<Effect> {
        // Without it the row has no code, which says enough.
        // One that comes after the menu was closed is not kept.
        if let Ok(code) = result
            && self.shown.is_open
        {
            self.shown.codes.insert(account, code);
        }
        Vec::new()
    }

    /// A second has passed.
    pub(super) fn tick(&mut self, now: u64) -> Vec<Effect> {
        self.shown.ticks += 1;
        if self.shown.ticks > MAX_TICKS || !self.shows_codes() {
            self.shown = Shown::default();
            return Vec::new();
        }
        let mut effects = vec![Effect::Start(Timer::Tick, TICK)];
        let ended: Vec<_> = view::with_codes(self)
            .into_iter()
            .filter(|account| self.shown.code(account, now).is_none())
            .collect();
        if !ended.is_empty() {
            effects.push(Effect::Show(ended));
        }
        effects
    }
}
