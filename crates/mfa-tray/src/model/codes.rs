//! The codes that are shown in the open menu, if the user wants that.
//!
//! It is known when a menu opens, but not when it closes: not all panels tell, and ksni does not pass
//! it on. So codes are counted down for some minutes after it opened, and then it says how to see them
//! again: nobody is left with an old code, and nothing ticks for ever.

use std::collections::HashMap;
use std::time::Duration;

use mfa_core::bidi::isolate_ltr;
use mfa_ipc::Error;
use mfa_ipc::types::{AccountInfo, IssuedCode};

use super::{Effect, Model, Timer, view};

/// How often the seconds are counted.
const TICK: Duration = Duration::from_secs(1);
/// How many seconds codes are shown after the menu was opened.
const MAX_TICKS: u32 = 180;
/// A dash as wide as a digit.
pub(super) const DASH: &str = "\u{2012}";

/// What is shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    codes: HashMap<String, IssuedCode>,
    phase: Phase,
}

/// Where the menu is, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// It is not there.
    #[default]
    Closed,
    /// It is there, for so many seconds.
    Open { ticks: u32 },
    /// It was there for longer than anybody looks at it.
    Over,
}

impl Shown {
    /// The code of an account.
    pub(super) fn code(&self, account: &str, now: u64) -> Option<&str> {
        let code = self.codes.get(account)?;
        (code.valid_until > now).then_some(code.code.as_str())
    }

    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// How many seconds codes with this period are left. A menu does not grow while it is open, so there
    /// is something as wide before.
    pub(super) fn left(&self, period: u32, now: u64) -> String {
        match now.checked_rem(period.into()) {
            Some(past) if self.is_open() => format!("{} s", u64::from(period) - past),
            _ => format!("{} s", DASH.repeat(2)),
        }
    }
}

impl Model {
    /// The menu is about to be shown.
    pub(super) fn menu_opens(&mut self, now: u64) -> Vec<Effect> {
        if self.order.opens(now) {
            self.arrange(now);
        }
        self.order.opened(now);
        if self.is_in_trouble() {
            // A keychain that has come since, or a daemon, is noticed by asking again.
            return vec![Effect::Reconnect];
        }
        if !self.shows_codes() {
            return Vec::new();
        }
        self.shown.phase = Phase::Open { ticks: 0 };
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
            && self.shown.is_open()
        {
            self.shown.codes.insert(account, code);
        }
        Vec::new()
    }

    /// A second has passed.
    pub(super) fn tick(&mut self, now: u64) -> Vec<Effect> {
        let Phase::Open { ticks } = self.shown.phase else {
            return Vec::new();
        };
        if ticks >= MAX_TICKS {
            self.shown = Shown {
                phase: Phase::Over,
                ..Shown::default()
            };
            return Vec::new();
        }
        self.shown.phase = Phase::Open { ticks: ticks + 1 };
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

    /// The line above codes: when those of the usual period change, or where they have gone.
    pub(super) fn countdown(&self, now: u64) -> Option<String> {
        let period = self.usual_period()?;
        if self.shown.phase == Phase::Over {
            return Some("Open the menu again to see codes".to_owned());
        }
        let left = self.shown.left(period, now);
        Some(format!("Codes change in {left}"))
    }

    /// What stands behind an account whose codes change at other times than the line above says.
    pub(super) fn own_countdown(&self, account: &AccountInfo, now: u64) -> Option<String> {
        let period = account.period?;
        let is_usual = self.usual_period() == Some(period);
        (!is_usual).then(|| isolate_ltr(&self.shown.left(period, now)))
    }

    /// The period of most accounts whose code is shown; the shortest, if there are several.
    fn usual_period(&self) -> Option<u32> {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for period in view::first_rows(self).iter().filter_map(|row| row.period) {
            *counts.entry(period).or_default() += 1;
        }
        let most = |(period, count): &(u32, usize)| (*count, std::cmp::Reverse(*period));
        counts
            .into_iter()
            .max_by_key(most)
            .map(|(period, _)| period)
    }
}
