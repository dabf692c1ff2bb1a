//! The codes in the open menu, if the user wants them.
//!
//! The tray knows when a menu opens, but not when it closes: not all panels report this, and ksni does not
//! pass it on. So codes are shown with a countdown for some minutes after the menu opened. Then the menu
//! tells how to see them again. So no old code stays visible, and no timer runs forever.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use mfa_core::account::Period;
use mfa_core::{Account, AccountId};
use mfa_ipc::Error;
use mfa_ipc::types::IssuedCode;

use super::{Effect, Model, Timer, notice, rows};

/// The interval of the countdown.
const TICK: Duration = Duration::from_secs(1);
/// The number of seconds that codes are shown after the menu was opened.
const MAX_TICKS: u32 = 180;
/// A menu that is reported open again within this number of seconds is the same one. Some panels report it
/// whenever the menu changes, and an open menu changes every second.
const AGAIN: u64 = 2;
/// A dash as wide as a digit.
pub(super) const DASH: &str = "\u{2012}";

/// The shown codes.
#[derive(Debug, Default)]
pub(super) struct Shown {
    codes: HashMap<AccountId, IssuedCode>,
    phase: Phase,
    /// The time of the last report that the menu opened.
    said: Option<u64>,
}

/// The state of the menu, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The menu is closed.
    #[default]
    Closed,
    /// The menu has been open for `ticks` seconds.
    Open { ticks: u32 },
    /// The menu has been open longer than anybody looks at it.
    Over,
}

impl Shown {
    /// Returns the code of an account, if it is valid now. After the clock was set back, it is not yet.
    pub(super) fn code(&self, account: AccountId, now: u64) -> Option<&str> {
        let code = self.codes.get(&account)?;
        let is_valid = code.valid_from <= now && now < code.valid_until;
        is_valid.then_some(code.code.as_str())
    }

    /// Records a report that the menu opened. Returns whether the report repeats the last one, so that the
    /// countdown does not start again.
    fn is_said_again(&mut self, now: u64) -> bool {
        let last = self.said.replace(now);
        let is_recent = last.is_some_and(|then| now.abs_diff(then) <= AGAIN);
        is_recent && self.phase != Phase::Closed
    }

    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// Returns the number of seconds until codes with this period change. While the number is unknown,
    /// returns a text of the same width, because an open menu does not grow.
    pub(super) fn left(&self, period: Period, now: u64) -> String {
        match now % period.get() {
            past if self.is_open() => format!("{} s", period.get() - past),
            _ => format!("{} s", DASH.repeat(2)),
        }
    }
}

impl Model {
    /// Handles the opening of the menu.
    pub(super) fn menu_opens(&mut self, now: u64) -> Vec<Effect> {
        if self.order.opens(now) {
            self.arrange(now);
        }
        self.order.opened(now);
        if self.daemon.is_in_trouble() {
            // A new try notices a keychain or a daemon that has started since.
            let is_first = self.reconnected.replace(now) != Some(now);
            return is_first.then_some(Effect::Reconnect).into_iter().collect();
        }
        if !self.shows_codes() || self.shown.is_said_again(now) {
            return Vec::new();
        }
        let accounts = rows::with_codes(self);
        if accounts.is_empty() {
            return Vec::new();
        }
        self.shown.phase = Phase::Open { ticks: 0 };
        vec![Effect::Show(accounts), Effect::Start(Timer::Tick, TICK)]
    }

    /// Handles the closing of the menu. It is only known if something was chosen in it.
    pub(super) fn menu_closes(&mut self, now: u64) -> Effect {
        self.order.closed();
        self.arrange(now);
        self.shown = Shown::default();
        Effect::Stop(Timer::Tick)
    }

    /// Stores a code to show.
    pub(super) fn shown(
        &mut self,
        account: AccountId,
        result: Result<IssuedCode, Error>,
    ) -> Vec<Effect> {
        // If there is no code, the row shows none, which is sufficient. A code that arrives after the menu
        // was closed is not kept.
        if let Ok(code) = result
            && self.shown.is_open()
        {
            self.shown.codes.insert(account, code);
        }
        Vec::new()
    }

    /// Handles the next second of an open menu.
    pub(super) fn tick(&mut self, now: u64) -> Vec<Effect> {
        let Phase::Open { ticks } = self.shown.phase else {
            return Vec::new();
        };
        if ticks >= MAX_TICKS {
            self.shown = Shown {
                codes: HashMap::new(),
                phase: Phase::Over,
                said: self.shown.said,
            };
            return Vec::new();
        }
        self.shown.phase = Phase::Open { ticks: ticks + 1 };
        let mut effects = vec![Effect::Start(Timer::Tick, TICK)];
        let ended: Vec<_> = rows::with_codes(self)
            .into_iter()
            .filter(|account| self.shown.code(*account, now).is_none())
            .collect();
        if !ended.is_empty() {
            effects.push(Effect::Show(ended));
        }
        effects
    }

    /// Asks whether to show codes, once the first account was added, until the question was shown to the
    /// user.
    pub(super) fn ask_about_codes(&mut self) -> Vec<Effect> {
        let is_needed = self.memory.question_is_due && !self.is_asking;
        if !is_needed || self.memory.knows_about_codes(&self.settings) {
            return Vec::new();
        }
        self.is_asking = true;
        vec![Effect::Notify(notice::ask_about_codes()), self.save()]
    }

    /// Handles the reply of the desktop to that question.
    pub(super) fn asked(&mut self, was_shown: bool) -> Vec<Effect> {
        self.is_asking = false;
        if !was_shown {
            // The question comes again when the accounts change, or after the next login.
            return Vec::new();
        }
        self.memory.asked_about_codes = true;
        self.memory.question_is_due = false;
        vec![self.save()]
    }

    /// Returns the line above the codes: when the codes of each period change, or how to see codes again.
    pub(super) fn countdown(&self, now: u64) -> Option<String> {
        let periods = self.periods();
        let (usual, others) = periods.split_first()?;
        if self.shown.phase == Phase::Over {
            return Some("Open the menu again to see codes".to_owned());
        }
        let mut line = format!("Codes change in {}", self.shown.left(*usual, now));
        for other in others {
            let left = self.shown.left(*other, now);
            line.push_str(&format!(", {}-second codes in {left}", other.get()));
        }
        Some(line)
    }

    /// Returns the period of an account, if it is not the usual one, so that its row tells which countdown it has.
    pub(super) fn unusual_period(&self, account: &Account) -> Option<Period> {
        let period = account.kind.period()?;
        (self.periods().first() != Some(&period)).then_some(period)
    }

    /// Returns the periods of the accounts with a shown code, beginning with the usual one: the one of most accounts,
    /// and the shortest of several such.
    fn periods(&self) -> Vec<Period> {
        let mut counts: Vec<(usize, Period)> = Vec::new();
        let rows = rows::first_rows(self).into_iter();
        for period in rows.filter_map(|row| row.kind.period()) {
            match counts.iter_mut().find(|(_, other)| *other == period) {
                Some((count, _)) => *count += 1,
                None => counts.push((1, period)),
            }
        }
        counts.sort_by_key(|(count, period)| (Reverse(*count), period.get()));
        counts.into_iter().map(|(_, period)| period).collect()
    }
}
