//! The codes that were handed out, so that a fresh code is always an unused one.
//!
//! A service accepts a code only once. So two scripts that log in within the same 30 seconds need two codes,
//! and the second script must wait for the next step. The ledger chooses the step; it does not wait.
//!
//! The ledger does not trust the clock. A clock that was an hour or a year ahead and is set back passes the
//! same steps again. So the ledger remembers codes for good, not only until they expire: a few [`Spans`] of
//! time per account. If there are too many, it merges two of them, with the gap between them; the codes in
//! that gap are never given as fresh ones. So memory is bounded and no code is given twice. The gaps that are
//! kept are those to which the clock may return: after a clock was a year ahead, the codes of that year are
//! still fresh.
//!
//! Fresh codes go at most [`MAX_AHEAD`] steps ahead of the clock, for all callers together. Otherwise one
//! caller could use up the codes of the next hours.

mod spans;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use thiserror::Error;

use crate::account::{AccountId, Period};
use crate::otp::{step_at, step_start};
pub use spans::Spans;

/// The default timeout of a request, in seconds.
pub const DEFAULT_TIMEOUT: u64 = 90;
/// The maximum timeout of a request, in seconds.
pub const MAX_TIMEOUT: u64 = 300;
/// The maximum number of codes in one request.
pub const MAX_COUNT: u32 = 10;
/// The maximum number of steps that fresh codes go ahead of the clock.
pub const MAX_AHEAD: u64 = 10;

/// The requirements of a caller for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The number of consecutive codes, from 1 to [`MAX_COUNT`].
    pub count: u32,
    /// Requires the code of the next step instead of the current one, without waiting.
    pub next: bool,
    /// Requires a code that was never handed out.
    pub fresh: bool,
    /// The number of seconds that the code must still be valid.
    pub min_remaining: u64,
    /// The number of seconds that the caller is ready to wait, at most [`MAX_TIMEOUT`].
    pub timeout: u64,
    /// Whether the code is only looked at. It is not handed out and stays fresh.
    pub peek: bool,
}

impl Wish {
    /// Returns whether the caller may have to wait for the code.
    #[must_use]
    pub fn may_wait(&self) -> bool {
        self.fresh || self.min_remaining > 0
    }
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            count: 1,
            next: false,
            fresh: false,
            min_remaining: 0,
            timeout: DEFAULT_TIMEOUT,
            peek: false,
        }
    }
}

/// The step that a request gets, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The first step.
    pub step: u64,
    /// The Unix second at which the first code may be handed out; not later than now if at once.
    pub at: u64,
}

/// A reason why a wish cannot be granted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The count is not 1 to [`MAX_COUNT`].
    #[error("one request can ask for 1 to {MAX_COUNT} codes")]
    Count,
    /// Both `fresh` and `peek` are set.
    #[error("“fresh” and “peek” cannot be combined: omit one of them")]
    FreshPeek,
    /// No code is valid for that many seconds.
    #[error("no code is valid for that long: the period of this account is {0} seconds")]
    Unattainable(u64),
    /// All codes up to [`MAX_AHEAD`] steps ahead were handed out. More are available after this many seconds.
    #[error(
        "the next {MAX_AHEAD} codes of this account were already handed out, perhaps while the clock was \
         ahead: try again in {}", about(*.0)
    )]
    UsedUp(u64),
    /// The code would come later than the caller is ready to wait.
    #[error(
        "the next unused code comes in {wait} seconds, but the timeout is shorter (the maximum is \
         {MAX_TIMEOUT} seconds)"
    )]
    TooLate {
        /// The necessary wait, in seconds.
        wait: u64,
    },
}

/// The times at which the codes that were handed out are valid, per account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    spent: HashMap<AccountId, Spans>,
}

impl Ledger {
    /// Chooses the step for a wish at the Unix time `now`.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn plan(
        &self,
        id: AccountId,
        period: Period,
        wish: &Wish,
        now: u64,
    ) -> Result<Turn, Error> {
        if !(1..=MAX_COUNT).contains(&wish.count) {
            return Err(Error::Count);
        }
        if wish.fresh && wish.peek {
            return Err(Error::FreshPeek);
        }
        if wish.min_remaining > period.get() {
            return Err(Error::Unattainable(period.get()));
        }
        let current = step_at(period, now);
        let mut step = current.saturating_add(wish.next.into());
        let remaining = step_start(period, step.saturating_add(1)).saturating_sub(now);
        if remaining < wish.min_remaining {
            step = step.saturating_add(1);
        }
        if wish.fresh {
            step = self.first_free(id, period, step, wish.count);
            let last = step.saturating_add(u64::from(wish.count) - 1);
            let begins = step_start(period, last.saturating_sub(MAX_AHEAD));
            if begins > now {
                return Err(Error::UsedUp(begins - now));
            }
        }
        // With `next`, the code may be shown as soon as the step before it has begun.
        let at = step_start(period, step - u64::from(wish.next));
        let wait = at.saturating_sub(now);
        if wait > wish.timeout.min(MAX_TIMEOUT) {
            return Err(Error::TooLate { wait });
        }
        Ok(Turn { step, at })
    }

    /// Returns the first step, from `step` on, from which `count` steps in a row are unused.
    fn first_free(&self, id: AccountId, period: Period, step: u64, count: u32) -> u64 {
        let spans = self.spent.get(&id).into_iter().flat_map(Spans::iter);
        spans.fold(step, |step, (from, until)| {
            let end = step_start(period, step.saturating_add(count.into()));
            if from < end && step_start(period, step) < until {
                until.div_ceil(period.get())
            } else {
                step
            }
        })
    }

    /// Marks `count` codes from `step` on as handed out. Returns whether the ledger changed. If so, it must
    /// be stored before the codes are shown.
    pub fn spend(&mut self, id: AccountId, period: Period, step: u64, count: u32) -> bool {
        let from = step_start(period, step);
        let until = step_start(period, step.saturating_add(count.into()));
        self.spent.entry(id).or_default().add(from, until)
    }

    /// Hands the codes of an account on to another id with the same secret, so that none of them is fresh under it.
    pub fn hand_on(&mut self, from: AccountId, to: AccountId) {
        let Some(spans) = self.spent.get(&from).cloned() else {
            return;
        };
        let known = self.spent.entry(to).or_default();
        for (from, until) in spans.iter() {
            known.add(from, until);
        }
    }

    /// Forgets an account.
    pub fn forget(&mut self, id: AccountId) {
        self.spent.remove(&id);
    }

    /// Returns the account ids, with the times at which their codes that were handed out are valid.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &Spans)> {
        self.spent.iter().map(|(id, spans)| (*id, spans))
    }
}

impl FromIterator<(AccountId, Spans)> for Ledger {
    fn from_iter<I: IntoIterator<Item = (AccountId, Spans)>>(spans: I) -> Self {
        Self {
            spent: spans.into_iter().collect(),
        }
    }
}

/// Returns a time in a unit that suits a person, rounded up.
fn about(seconds: u64) -> String {
    let (size, unit) = match seconds {
        0..120 => (1, "seconds"),
        120..7200 => (60, "minutes"),
        7200..172_800 => (3600, "hours"),
        _ => (86_400, "days"),
    };
    format!("{} {unit}", seconds.div_ceil(size))
}
