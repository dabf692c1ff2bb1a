//! Which codes were handed out, so that a fresh one is never one that somebody has already.
//!
//! Services accept a code once. Two scripts that log in within the same 30 seconds therefore need
//! two codes, and the second has to wait for the next step. The ledger decides; it does not wait.
//!
//! It trusts no clock. A clock that was ahead by an hour or by a year and is set back passes the same
//! steps once more, so what was handed out is remembered for good and not only until it has ended:
//! per account, as a few [`Spans`] of time. When there are too many, two become one with the gap
//! between them; the codes in that gap are never given as fresh ones. So memory is bounded, whatever
//! is forgotten is the gap and never the span, and no code is given twice. The gaps that are kept are
//! those that a clock may come back to, so that a year that nobody has lived yet is free still.
//!
//! Fresh codes are given for at most [`MAX_AHEAD`] steps ahead of the clock, to all callers together:
//! otherwise one caller could use up the codes of the next hours.

mod spans;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use thiserror::Error;

use crate::account::{AccountId, Period};
use crate::otp::{step_at, step_start};
pub use spans::Spans;

/// How long, in seconds, a request waits for its code when it does not say.
pub const DEFAULT_TIMEOUT: u64 = 90;
/// The longest that any request waits, in seconds, whatever it says.
pub const MAX_TIMEOUT: u64 = 300;
/// The most codes that one request may ask for.
pub const MAX_COUNT: u32 = 10;
/// How many steps ahead of the clock fresh codes are given.
pub const MAX_AHEAD: u64 = 10;

/// What a caller wants of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How many consecutive codes, from 1 to [`MAX_COUNT`].
    pub count: u32,
    /// The code of the next step instead of the current one, without waiting for it.
    pub next: bool,
    /// A code that was never handed out.
    pub fresh: bool,
    /// How many seconds the code must still be valid for.
    pub min_remaining: u64,
    /// How many seconds the caller is ready to wait, [`MAX_TIMEOUT`] at most.
    pub timeout: u64,
    /// Only to look at: the code is not handed out, so it stays fresh for whoever uses it.
    pub peek: bool,
}

impl Wish {
    /// Whether its code may come later than at once.
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

/// Which step a request gets, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The first step.
    pub step: u64,
    /// The Unix second at which the first code may be handed out; not later than now if at once.
    pub at: u64,
}

/// Why a wish cannot be granted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The count is not 1 to [`MAX_COUNT`].
    #[error("one request may ask for 1 to {MAX_COUNT} codes")]
    Count,
    /// A code that nobody has had is to be used, and one that is only looked at is not.
    #[error("a code is either fresh or only looked at: leave out “fresh” or “peek”")]
    FreshPeek,
    /// No code is ever valid for so long.
    #[error("no code is valid for that long: the period of this account is {0} seconds")]
    Unattainable(u64),
    /// The codes that may be given are; in so many seconds there are more.
    #[error(
        "the next {MAX_AHEAD} codes of this account are handed out already, perhaps by a clock that \
         was ahead: ask again in {}", about(*.0)
    )]
    UsedUp(u64),
    /// The code would come later than the caller is ready to wait.
    #[error(
        "the next unused code comes in {wait} seconds, and the timeout is shorter (it may be up to \
         {MAX_TIMEOUT} seconds)"
    )]
    TooLate {
        /// How long it would take, in seconds.
        wait: u64,
    },
}

/// When the codes are valid that were handed out, per account.
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
    ) -> Result<Plan, Error> {
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
        // The next code may be shown as soon as the one before it has begun.
        let at = step_start(period, step - u64::from(wish.next));
        let wait = at.saturating_sub(now);
        if wait > wish.timeout.min(MAX_TIMEOUT) {
            return Err(Error::TooLate { wait });
        }
        Ok(Plan { step, at })
    }

    /// The first step, from `step` on, that begins `count` steps of which none was handed out.
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

    /// Notes that `count` codes from `step` on are handed out. Says whether that is news, which
    /// has to be stored before the codes are shown.
    pub fn spend(&mut self, id: AccountId, period: Period, step: u64, count: u32) -> bool {
        let from = step_start(period, step);
        let until = step_start(period, step.saturating_add(count.into()));
        self.spent.entry(id).or_default().add(from, until)
    }

    /// Forgets one account.
    pub fn forget(&mut self, id: AccountId) {
        self.spent.remove(&id);
    }

    /// The account ids and when their codes are valid that were handed out.
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

/// A time in the unit that a person would name it in, rounded up.
fn about(seconds: u64) -> String {
    let (size, unit) = match seconds {
        0..120 => (1, "seconds"),
        120..7200 => (60, "minutes"),
        7200..172_800 => (3600, "hours"),
        _ => (86_400, "days"),
    };
    format!("{} {unit}", seconds.div_ceil(size))
}
